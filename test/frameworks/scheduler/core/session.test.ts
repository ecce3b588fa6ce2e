import {
  type SessionEffect,
  type SessionEvent,
  type SessionState,
  sessionMachine,
} from '../../../../frameworks/scheduler/core/session';

const INFO = { user: 'root', name: 'test' };

class Session {
  readonly state: SessionState = sessionMachine.init({
    masters: ['http://a:5050', 'http://b:5050'],
    seed: 1,
  });
  at = 0;

  tell(event: object): SessionEffect[] {
    return sessionMachine.step(this.state, { at: this.at, ...event } as SessionEvent);
  }

  /** From nothing to subscribed. */
  subscribe(heartbeat = 15): void {
    this.tell({ kind: 'framework', info: INFO });
    const connection = this.state.follow.attempt;
    this.tell({ kind: 'opened', connection });
    const subscribed = { framework_id: { value: 'F' }, heartbeat_interval_seconds: heartbeat };
    this.tell({ kind: 'received', connection, event: { type: 'SUBSCRIBED', subscribed } });
  }
}

const wakeOf = (effects: SessionEffect[]): number =>
  effects.flatMap((effect) => (effect.kind === 'wake' ? effect.at : []))[0] ?? -1;

describe('a session', () => {
  it('opens a stream to the first master when it is told what to subscribe with', () => {
    const session = new Session();
    expect(session.tell({ kind: 'framework', info: INFO })).toEqual([
      { kind: 'open', connection: 1, url: 'http://a:5050', info: INFO },
    ]);
    expect(session.tell({ kind: 'framework', info: INFO })).toEqual([]);
  });

  it('asks whoever leads now, leaves who does not any more, and waits while nobody does', () => {
    const session = new Session();
    session.tell({ kind: 'masters', masters: [] });
    expect(session.tell({ kind: 'framework', info: INFO })).toEqual([]);
    const open = { kind: 'open', connection: 1, url: 'http://m1:1', info: INFO };
    expect(session.tell({ kind: 'masters', masters: ['http://m1:1'] })).toEqual([open]);
    session.tell({ kind: 'opened', connection: 1 });
    const event = { type: 'SUBSCRIBED', subscribed: { framework_id: { value: 'F' } } };
    session.tell({ kind: 'received', connection: 1, event });
    expect(session.tell({ kind: 'masters', masters: [] })).toEqual([]);
    expect(session.tell({ kind: 'masters', masters: ['http://m1:1'] })).toEqual([]);
    expect(session.tell({ kind: 'masters', masters: ['http://m2:2'] })).toEqual([
      { kind: 'close' },
      { kind: 'tell', notice: { kind: 'disconnected', reason: 'another master leads' } },
      { ...open, connection: 2, url: 'http://m2:2' },
    ]);
    session.tell({ kind: 'masters', masters: [] });
    session.at = wakeOf(session.tell({ kind: 'closed', connection: 2, reason: 'gone' }));
    expect(session.tell({ kind: 'woke', timer: 'retry' })).toEqual([]);
    expect(session.tell({ kind: 'masters', masters: ['http://m3:3'] })).toEqual([
      { ...open, connection: 3, url: 'http://m3:3' },
    ]);
  });

  it('retries quickly at first, then with growing and random pauses up to seconds, at each master in turn', () => {
    const session = new Session();
    session.tell({ kind: 'framework', info: INFO });
    const pauses: number[] = [];
    const urls: string[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const connection = session.state.follow.attempt;
      const wake = wakeOf(session.tell({ kind: 'closed', connection, reason: 'refused' }));
      pauses.push(wake - session.at);
      session.at = wake;
      session.tell({ kind: 'woke', timer: 'retry' });
      urls.push(session.state.follow.url);
    }
    expect(pauses[0]).toBeLessThanOrEqual(100);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5000);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(2500);
    expect(new Set(pauses.slice(-4)).size).toBeGreaterThan(1);
    expect(urls.slice(0, 3)).toEqual(['http://b:5050', 'http://a:5050', 'http://b:5050']);
  });

  it('follows redirects to the leader, but not for ever', () => {
    const session = new Session();
    session.tell({ kind: 'framework', info: INFO });
    const redirect = () =>
      session.tell({ kind: 'redirected', connection: session.state.follow.attempt, url: 'http://leader:1' });
    expect(redirect()).toMatchObject([{ kind: 'open', url: 'http://leader:1' }]);
    redirect();
    redirect();
    expect(redirect().map(({ kind }) => kind)).toEqual(['close', 'note', 'wake']);
  });

  it('tells of the subscription and of events, not of heartbeats', () => {
    const session = new Session();
    session.subscribe();
    expect(session.state.follow.phase).toBe('following');
    const tell = (event: object) => session.tell({ kind: 'received', connection: 1, event });
    expect(tell({ type: 'HEARTBEAT' })).toEqual([]);
    expect(tell({ type: 'OFFERS', offers: {} })).toEqual([
      { kind: 'tell', notice: { kind: 'event', event: { type: 'OFFERS', offers: {} } } },
    ]);
  });

  it('takes five missing heartbeats for the end of the connection', () => {
    const session = new Session();
    session.subscribe(2);
    session.at = 6000;
    session.tell({ kind: 'received', connection: 1, event: { type: 'HEARTBEAT' } });
    session.at = 10_000;
    expect(wakeOf(session.tell({ kind: 'woke', timer: 'heartbeat' }))).toBe(16_000);
    session.at = 16_000;
    expect(session.tell({ kind: 'woke', timer: 'heartbeat' }).map(({ kind }) => kind)).toEqual([
      'close',
      'tell',
      'note',
      'wake',
    ]);
  });

  it('ignores what an earlier connection still says', () => {
    const session = new Session();
    session.subscribe();
    session.tell({ kind: 'closed', connection: 1, reason: 'end' });
    session.tell({ kind: 'woke', timer: 'retry' });
    expect(session.state.follow.attempt).toBe(2);
    expect(session.tell({ kind: 'closed', connection: 1, reason: 'late' })).toEqual([]);
    expect(session.tell({ kind: 'received', connection: 1, event: { type: 'OFFERS' } })).toEqual([]);
  });

  it('does nothing more once stopped', () => {
    const session = new Session();
    session.subscribe();
    expect(session.tell({ kind: 'stop' })).toEqual([{ kind: 'close' }]);
    expect(session.tell({ kind: 'closed', connection: 1, reason: 'end' })).toEqual([]);
    expect(session.tell({ kind: 'woke', timer: 'retry' })).toEqual([]);
  });
});
