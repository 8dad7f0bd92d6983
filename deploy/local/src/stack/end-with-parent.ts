// Loaded before a service's own entry point. The stack holds an IPC channel to every service; when the stack is killed and
// cannot stop them, the channel closes, and the service stops as it would on SIGTERM instead of staying behind as an orphan.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
