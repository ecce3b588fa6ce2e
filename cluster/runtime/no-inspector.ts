/**
 * Keeps Node's inspector closed.
 *
 * At SIGUSR1 Node opens it on 127.0.0.1:9229 to everybody on the machine, unless the process listens to that
 * signal.
 */

import inspector from 'node:inspector';

/** True when the operator asked for the inspector. */
function isAskedFor(): boolean {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((word) => word.includes('--inspect'));
}

/**
 * Ignores SIGUSR1 for ever; without a listener the signal would end the process. The effect of an earlier
 * signal is undone. `bin/meseta` does the first part itself, before anything is loaded.
 */
export function refuseInspector(): void {
  process.on('SIGUSR1', () => undefined);
  if (isAskedFor()) return;
  const close = (): void => {
    if (inspector.url() !== undefined) inspector.close();
  };
  close();
  setImmediate(close);
  // Node opens the inspector in another thread, which may take a while.
  setTimeout(close, 500).unref();
}

/** Arguments for a child process of Node: since 22.14 there is an option for it. */
export function noInspectorArguments(): readonly string[] {
  const word = '--disable-sigusr1';
  return process.allowedNodeEnvironmentFlags.has(word) ? [word] : [];
}
