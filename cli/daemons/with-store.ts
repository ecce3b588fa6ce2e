/**
 * The start of a daemon with its store, which is closed after the daemon.
 */

import type { Running } from '../../cluster/runtime/lifecycle';
import type { StateStore } from '../../cluster/state/store';

/** The running daemon; its stop closes the store last. */
function withStore(running: Running, state: StateStore): Running {
  const stop = async (): Promise<void> => {
    await running.stop();
    await state.close();
  };
  return { stop };
}

/** Starts with a store; when that fails the store is closed again. */
export async function startWith(state: StateStore, start: () => Promise<Running>): Promise<Running> {
  try {
    return withStore(await start(), state);
  } catch (error) {
    await state.close();
    throw error;
  }
}
