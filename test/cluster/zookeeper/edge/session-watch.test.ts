import { VirtualClock } from '../../../../cluster/runtime/clock';
import type { ZkState } from '../../../../cluster/zookeeper/edge/client';
import { watchSession } from '../../../../cluster/zookeeper/edge/session-watch';

const SESSION_MS = 10_000;

/** A session whose server was heard at a time that tests set. */
class Session {
  readonly clock = new VirtualClock(1000);
  readonly seen: string[] = [];
  heardAt = 0;
  tell: (state: ZkState) => void = () => undefined;
  readonly stop: () => void;

  constructor() {
    const client = {
      listen: (listener: (state: ZkState) => void) => {
        this.tell = listener;
        return () => {
          this.tell = () => undefined;
        };
      },
      grantedMs: () => SESSION_MS,
      sessionLeftMs: () => Math.max(0, this.heardAt + SESSION_MS - this.clock.now()),
    };
    this.stop = watchSession(client, this.clock, {
      lost: (reason) => this.seen.push(`${this.clock.now()} lost: ${reason}`),
      restored: () => this.seen.push(`${this.clock.now()} restored`),
      refused: () => this.seen.push(`${this.clock.now()} refused`),
    });
  }
}

describe('the watch over a session', () => {
  it('loses a session that has not begun in time', () => {
    const session = new Session();
    session.clock.advance(SESSION_MS);
    expect(session.seen).toEqual(['11000 lost: ZooKeeper cannot be reached']);
  });

  it('loses a session before the server ends it, counted from when the server was heard', () => {
    const session = new Session();
    session.tell('connected');
    session.clock.advance(5000);
    session.heardAt = 4000;
    session.tell('disconnected');
    session.clock.advance(20_000);
    expect(session.seen).toEqual(['1000 restored', '13000 lost: no connection to ZooKeeper']);
  });

  it('keeps a session that is connected again in time, and tells a loss once', () => {
    const session = new Session();
    session.tell('connected');
    session.heardAt = 1000;
    session.tell('disconnected');
    session.clock.advance(3000);
    session.tell('connected');
    session.clock.advance(60_000);
    session.tell('expired');
    session.tell('disconnected');
    session.clock.advance(60_000);
    expect(session.seen).toEqual([
      '1000 restored',
      '4000 restored',
      '64000 lost: the session with ZooKeeper is over',
    ]);
  });

  it('tells that credentials are refused, and nothing once it is stopped', () => {
    const session = new Session();
    session.tell('auth-failed');
    expect(session.seen).toEqual(['1000 lost: ZooKeeper refuses the credentials', '1000 refused']);
    const other = new Session();
    other.stop();
    other.clock.advance(60_000);
    other.tell('expired');
    expect(other.seen).toEqual([]);
  });
});
