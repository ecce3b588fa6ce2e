/**
 * Watches for the end of a session by our own clock, before the server ends it and another process leads.
 *
 * Always true: `lost` is called before the session timeout has passed since the server was last heard, unless
 * this process did not run meanwhile; then as soon as it runs.
 */

import type { Clock } from '../../runtime/clock';
import type { ZkClient } from './client';

export interface SessionWatch {
  /** Called once for each loss of a session, and when there is no first session in time. */
  readonly lost: (reason: string) => void;
  /** Called when there is a connection, in the same session or in a new one. */
  readonly restored: () => void;
  /** Called when the credentials are wrong, which is final. */
  readonly refused: () => void;
}

/** The part of the session timeout that is reserved for messages on their way. */
const MARGIN = 0.1;

/** Watches a session. Returns a function that stops it. */
export function watchSession(
  client: Pick<ZkClient, 'listen' | 'sessionLeftMs' | 'grantedMs'>,
  clock: Clock,
  { lost, restored, refused }: SessionWatch,
): () => void {
  let isLost = false;
  const lose = (reason: string): void => {
    cancel();
    if (!isLost) lost(reason);
    isLost = true;
  };
  const loseIn = (ms: number, reason: string): (() => void) =>
    clock.wakeAt(clock.now() + ms, () => lose(reason));
  let cancel = loseIn(client.grantedMs(), 'ZooKeeper cannot be reached');
  const ignore = client.listen((state) => {
    cancel();
    if (state === 'connected') {
      isLost = false;
      restored();
    } else if (state === 'disconnected') {
      const left = client.sessionLeftMs() - client.grantedMs() * MARGIN;
      cancel = loseIn(Math.max(0, left), 'no connection to ZooKeeper');
    } else {
      lose(state === 'expired' ? 'the session with ZooKeeper is over' : 'ZooKeeper refuses the credentials');
      if (state === 'auth-failed') refused();
    }
  });
  return () => {
    cancel();
    ignore();
  };
}
