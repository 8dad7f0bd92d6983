import { createHash } from 'node:crypto';
import type { HttpHandler } from '@tributary/runtime/http/http-message';

const SANDBOX_CDN = 'https://embeddable-sandbox.cdn.apollographql.com';
const SANDBOX_FRAME = 'https://sandbox.embed.apollographql.com';

/** Apollo's own landing page would take the page's address, `/`, for the endpoint; this one names it. */
const script = `
  const endpoint = new URL('/graphql', window.location.href).href;
  document.querySelector('#endpoint').textContent = endpoint;
  if (window.EmbeddedSandbox) {
    new window.EmbeddedSandbox({
      target: '#sandbox',
      initialEndpoint: endpoint,
      endpointIsEditable: false,
      runTelemetry: false,
      allowDynamicStyles: false,
    });
  }
`;

const style = `
  body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
  main { padding: 2rem; max-width: 44rem; }
  #sandbox, #sandbox iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: none; }
  #sandbox:empty { display: none; }
`;

const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script)} ${SANDBOX_CDN}`,
  `style-src ${hashOf(style)}`,
  `frame-src ${SANDBOX_FRAME}`,
  // The page itself sends the operations that the frame hands to it.
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The page at `/` in development: Apollo Sandbox on this gateway's graph. Its scripts come from Apollo, to the browser alone. */
const landingPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary: Apollo Sandbox</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Tributary</h1>
<p>The graph answers at <code>/graphql</code>. Apollo Sandbox opens here when its script can be loaded; without a network, ask with curl:</p>
<pre>curl -H 'content-type: application/json' -d '{"query":"{ __typename }"}' <span id="endpoint">/graphql</span></pre>
</main>
<div id="sandbox"></div>
<script src="${SANDBOX_CDN}/v2/embeddable-sandbox.umd.production.min.js"></script>
<script>${script}</script>
</body>
</html>
`;

/** Serves the landing page, with a policy that lets just that page be shown. */
export const serveLandingPage: HttpHandler = () => ({
  status: 200,
  headers: [
    ['content-type', 'text/html; charset=utf-8'],
    ['content-security-policy', policy],
  ],
  body: landingPage,
});

/** Answers browsers that open the endpoint itself with the same page, and everything else as before. */
export function withLandingPage(handle: HttpHandler): HttpHandler {
  return (request) => {
    const isVisit = request.method === 'GET' && request.headers.get('accept')?.startsWith('text/html');
    return isVisit ? serveLandingPage(request) : handle(request);
  };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
