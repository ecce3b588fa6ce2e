/**
 * The end of a session by our own clock, before the server ends it and somebody else can be first in its
 * place.
 *
 * Always true: `over` comes before the time that the server granted is over, counted from when it was last
 * heard, unless this process did not run meanwhile; then as soon as it runs.
 */

import type { ZkClient } from './client';

export interface SessionWatch {
  /**
   * Called once for each loss of a session and everything that belonged to it, and when there is no first
   * session in time.
   */
  readonly lost: (reason: string) => void;
  /** There is a connection, in the session of before or in a new one. */
  readonly restored: () => void;
  /** The credentials are wrong, which stays so. */
  readonly refused: () => void;
}

/** The part of the session's time that is kept for what a message takes on its way. */
const MARGIN = 0.1;

/** Watches a session. Returns how to stop. */
export function watchSession(
  client: Pick<ZkClient, 'listen' | 'sessionLeftMs' | 'grantedMs'>,
  { lost, restored, refused }: SessionWatch,
): () => void {
  let isLost = false;
  const lose = (reason: string): void => {
    clearTimeout(timer);
    if (!isLost) lost(reason);
    isLost = true;
  };
  let timer = setTimeout(() => lose('ZooKeeper cannot be reached'), client.grantedMs()).unref();
  const ignore = client.listen((state) => {
    clearTimeout(timer);
    if (state === 'connected') {
      isLost = false;
      restored();
    } else if (state === 'disconnected') {
      const left = client.sessionLeftMs() - client.grantedMs() * MARGIN;
      timer = setTimeout(() => lose('no connection to ZooKeeper'), Math.max(0, left));
    } else {
      lose(state === 'expired' ? 'the session with ZooKeeper is over' : 'ZooKeeper refuses the credentials');
      if (state === 'auth-failed') refused();
    }
  });
  return () => {
    clearTimeout(timer);
    ignore();
  };
}
