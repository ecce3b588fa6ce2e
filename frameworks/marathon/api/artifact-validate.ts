/** Rules about artifacts: what no fetcher takes is refused before a task fails of it. */

import type { App, Artifact } from './app';
import type { Finding } from './violations';

/** Characters that are in no URI, or that the fetcher of Mesos refuses, and a percent sign without its two digits. */
const NOT_IN_URIS = /[\s<>"{}|\\^`'\0]|%(?![0-9a-fA-F]{2})/;

export function artifactViolations({ fetch }: App): Finding[] {
  return artifactFindings(fetch, '/fetch');
}

/** The findings about a list of artifacts at a path. */
export function artifactFindings(artifacts: readonly Artifact[], listPath: string): Finding[] {
  return artifacts.flatMap(({ uri, destPath }, index) => {
    const path = `${listPath}(${index})`;
    const findings: Finding[] = [];
    if (NOT_IN_URIS.test(uri)) findings.push({ path: `${path}/uri`, error: 'URI has invalid syntax.' });
    if (destPath !== undefined && !isInSandbox(destPath))
      findings.push({ path: `${path}/destPath`, error: 'must be the path of a file below the sandbox' });
    return findings;
  });
}

function isInSandbox(path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return !path.startsWith('/') && parts.length > 0 && !parts.includes('..');
}
