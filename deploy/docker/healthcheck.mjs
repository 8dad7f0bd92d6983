// Ends with 0 when the service of this container is ready to serve, else with 1.
const { PORT = '4000' } = process.env;
const response = await fetch(`http://127.0.0.1:${PORT}/health/ready`, { signal: AbortSignal.timeout(2_500) });
process.exit(response.ok ? 0 : 1);
