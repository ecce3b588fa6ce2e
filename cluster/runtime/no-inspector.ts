/**
 * Keeps Node's inspector shut: at SIGUSR1 a process of Node opens it on 127.0.0.1:9229 to everybody on the machine, unless
 * somebody listens to that signal.
 */

import inspector from 'node:inspector';

/** True when the operator asked for the inspector. */
function isAskedFor(): boolean {
  return [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((word) => word.includes('--inspect'));
}

/**
 * Takes SIGUSR1 away from Node, for ever: without a listener it would end the process. A signal that came before is undone.
 * `bin/meseta` does the first part by itself, before anything is loaded.
 */
export function refuseInspector(): void {
  process.on('SIGUSR1', () => undefined);
  if (isAskedFor()) return;
  const close = (): void => {
    if (inspector.url() !== undefined) inspector.close();
  };
  close();
  setImmediate(close);
  // Node opens it in a thread of its own, which may take its time.
  setTimeout(close, 500).unref();
}

/** Words for a child process of Node: newer ones (22.14) can be told before they begin. */
export function noInspectorArguments(): readonly string[] {
  const word = '--disable-sigusr1';
  return process.allowedNodeEnvironmentFlags.has(word) ? [word] : [];
}
