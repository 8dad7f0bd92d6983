import { createHash } from 'node:crypto';
import type { HttpHandler } from '@tributary/runtime/http/http-message';
import type { ExplorerFiles } from './explorer-files.ts';

const SANDBOX_CDN = 'https://embeddable-sandbox.cdn.apollographql.com';
const SANDBOX_FRAME = 'https://sandbox.embed.apollographql.com';

/** A network that swallows requests tells nobody that it is not there. */
const SANDBOX_PATIENCE_MS = 4_000;

/** Apollo's own landing page would take the page's address, `/`, for the endpoint; this one names it. */
const SANDBOX_SCRIPT = `
  const endpoint = new URL('/graphql', window.location.href).href;
  const attributes = document.currentScript.dataset;
  document.querySelector('#endpoint').textContent = endpoint;
  let isDecided = false;
  const once = (open) => () => { if (!isDecided) { isDecided = true; clearTimeout(timer); open(); } };
  const add = (name, properties) => document.head.append(Object.assign(document.createElement(name), properties));
  const openSandbox = once(() => {
    document.title = 'Tributary: Apollo Sandbox';
    new window.EmbeddedSandbox({
      target: '#sandbox',
      initialEndpoint: endpoint,
      endpointIsEditable: false,
      runTelemetry: false,
      allowDynamicStyles: false,
    });
  });
  const openExplorer = once(() => {
    if (!attributes.script) return;
    add('link', { rel: 'stylesheet', href: attributes.style });
    add('script', { type: 'module', src: attributes.script });
  });
  const timer = setTimeout(openExplorer, ${SANDBOX_PATIENCE_MS});
  add('script', { src: '${SANDBOX_CDN}/v2/embeddable-sandbox.umd.production.min.js', onload: openSandbox, onerror: openExplorer });
`;

const STYLE = `
  body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
  main { padding: 2rem; max-width: 44rem; }
  #sandbox, #sandbox iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: none; }
  #sandbox:empty { display: none; }
`;

/** What the explorer needs: its own files, and the styles that its editor sets on what it draws. */
const EXPLORER_POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'worker-src': "'self'",
  'font-src': "'self' data:",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The explorer alone: nothing is asked of any other machine. */
export function serveExplorer(files: ExplorerFiles | undefined): HttpHandler {
  if (!files) return page(bodyText('The explorer was not bundled: run npm run generate.'), EXPLORER_POLICY);
  const style = files.style && `<link rel="stylesheet" href="${files.style}">`;
  return page(
    `${style ?? ''}<div id="explorer"></div><script type="module" src="${files.script}"></script>`,
    EXPLORER_POLICY,
  );
}

/**
 * Apollo Sandbox, whose scripts come from Apollo, to the browser alone; and the explorer in its place where they do not come: without
 * a network.
 */
export function serveSandbox(files: ExplorerFiles | undefined): HttpHandler {
  const attributes = files ? ` data-script="${files.script}" data-style="${files.style ?? ''}"` : '';
  const body = `${bodyText('Apollo Sandbox opens here when its script can be loaded.')}
<div id="sandbox"></div>
<div id="explorer"></div>
<script${attributes}>${SANDBOX_SCRIPT}</script>`;
  return page(body, {
    ...EXPLORER_POLICY,
    'script-src': `'self' ${hashOf(SANDBOX_SCRIPT)} ${SANDBOX_CDN}`,
    'frame-src': SANDBOX_FRAME,
  });
}

function bodyText(sentence: string): string {
  return `<main>
<h1>Tributary</h1>
<p>The graph answers at <code>/graphql</code>. ${sentence} With curl:</p>
<pre>curl -H 'content-type: application/json' -d '{"query":"{ __typename }"}' <span id="endpoint">/graphql</span></pre>
</main>`;
}

function page(body: string, policy: Readonly<Record<string, string>>): HttpHandler {
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary: explorer</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
  const headers: [string, string][] = [
    ['content-type', 'text/html; charset=utf-8'],
    [
      'content-security-policy',
      Object.entries(policy)
        .map((rule) => rule.join(' '))
        .join('; '),
    ],
  ];
  return () => ({ status: 200, headers, body: html });
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
