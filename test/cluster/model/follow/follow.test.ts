import fc from 'fast-check';
import { checkFollow, followMachine } from '../../../../cluster/model/follow/follow';
import {
  ALL,
  EVENTS,
  Following,
  NOTHING_IDLE,
  NOTHING_STOPPED,
  ONE,
  ONE_PHASES,
  type Row,
  table,
} from './following';

describe('following one source at a time', () => {
  const expected: Readonly<Record<keyof typeof ONE_PHASES, Row>> = {
    idle: NOTHING_IDLE,
    opening: {
      started: 'opening',
      'the same sources': 'opening',
      'other sources': 'opening | close | ended opening a replaced 0 | open 2 c',
      'no sources': 'opening',
      opened: 'opened | heartbeat in 3000',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opening',
      closed: 'waiting | close | ended opening a closed 1 | retry in 100',
      polled: 'opening',
      'woke retry': 'opening',
      'woke heartbeat': 'opening',
      stopped: 'stopped | close',
    },
    opened: {
      started: 'opened',
      'the same sources': 'opened',
      'other sources': 'opening | close | ended opened a replaced 0 | open 2 c',
      'no sources': 'opened',
      opened: 'opened',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opened',
      closed: 'waiting | close | ended opened a closed 1 | retry in 100',
      polled: 'opened',
      'woke retry': 'opened',
      'woke heartbeat': 'opened | heartbeat in 2500',
      stopped: 'stopped | close',
    },
    following: {
      started: 'following',
      'the same sources': 'following',
      'other sources': 'opening | close | ended following a replaced 0 | open 2 c',
      'no sources': 'following',
      opened: 'following',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'following',
      closed: 'waiting | close | ended following a closed 1 | retry in 100',
      polled: 'following',
      'woke retry': 'following',
      'woke heartbeat': 'following | heartbeat in 2500',
      stopped: 'stopped | close',
    },
    waiting: {
      started: 'waiting',
      'the same sources': 'opening | open 2 a',
      'other sources': 'opening | open 2 c',
      'no sources': 'waiting',
      opened: 'waiting',
      redirected: 'waiting',
      begun: 'waiting',
      heard: 'waiting',
      closed: 'waiting',
      polled: 'waiting',
      'woke retry': 'opening | open 2 b',
      'woke heartbeat': 'waiting',
      stopped: 'stopped | close',
    },
    stopped: NOTHING_STOPPED,
  };

  it('does in each phase what the table says', () => {
    expect(table(ONE, ONE_PHASES)).toEqual(expected);
  });

  it('goes on with the next source after each pause, and the pauses grow', () => {
    const following = new Following(ONE);
    following.begin();
    const seen = Array.from({ length: 4 }, () => [...following.close().slice(-1), ...following.retry()]);
    expect(seen).toEqual([
      ['retry in 100', 'open 2 b'],
      ['retry in 200', 'open 3 a'],
      ['retry in 400', 'open 4 b'],
      ['retry in 400', 'open 5 a'],
    ]);
  });

  it('begins with the shortest pause again after a stream', () => {
    const following = new Following(ONE);
    following.begin();
    for (let attempt = 0; attempt < 3; attempt++) {
      following.close();
      following.retry();
    }
    following.stream();
    expect(following.close()).toEqual(['close', 'ended following b closed 1', 'retry in 100']);
  });

  it('begins with the shortest pause again when a stream is given up for another source', () => {
    const following = new Following(ONE);
    following.begin();
    following.close();
    following.retry();
    following.close();
    following.retry();
    following.stream();
    following.tell(EVENTS['other sources']);
    expect(following.close()).toEqual(['close', 'ended opening c closed 1', 'retry in 100']);
  });

  it('follows only so many redirects in a row', () => {
    const following = new Following(ONE);
    following.begin();
    expect(following.tell({ kind: 'redirected', url: 'r' } as never)).toEqual(['open 2 r']);
    expect(following.tell({ kind: 'redirected', url: 'a' } as never)).toEqual([
      'close',
      'ended opening r closed 1',
      'retry in 100',
    ]);
  });

  it('hangs up when the heartbeats of the stream are missed, counted from the last sound', () => {
    const following = new Following(ONE);
    following.begin();
    following.stream(2000);
    following.now = 5000;
    following.tell({ kind: 'heard' });
    following.now = 6000;
    const rings = { kind: 'woke', timer: 'heartbeat' } as never;
    expect(following.tell(rings)).toEqual(['heartbeat in 5000']);
    following.now = 11_000;
    expect(following.tell(rings)).toEqual(['close', 'ended following a silent 1', 'retry in 100']);
  });

  it('ignores events of an earlier attempt', () => {
    const following = new Following(ONE);
    following.begin();
    following.close();
    following.retry();
    for (const event of [
      { kind: 'opened', attempt: 1 },
      { kind: 'begun', attempt: 1, heartbeatMs: 1 },
      { kind: 'closed', attempt: 1, reason: 'late' },
      { kind: 'redirected', attempt: 1, url: 'r' },
    ]) {
      expect(following.tell(event as never)).toEqual([]);
      expect(following.state.phase).toBe('opening');
    }
  });

  it('waits without a timer while there is no source', () => {
    const following = new Following(ONE, []);
    expect(following.begin()).toEqual([]);
    expect(following.state.phase).toBe('waiting');
    expect(following.retry()).toEqual([]);
    expect(following.tell({ kind: 'sources.changed', sources: ['c'] } as never)).toEqual(['open 1 c']);
  });
});

describe('following by any policy', () => {
  const event = fc.constantFrom(...Object.values(EVENTS));
  const steps = fc.array(fc.record({ event, passedMs: fc.nat(5000), late: fc.boolean() }), { maxLength: 60 });

  it('keeps what is always true, and ends each attempt that was begun once at most', () => {
    fc.assert(
      fc.property(fc.constantFrom(ONE, ALL), steps, (policy, script) => {
        const following = new Following(policy);
        let ends = 0;
        for (const { event: next, passedMs, late } of script) {
          following.now += passedMs;
          const attempt = following.state.attempt - (late ? 1 : 0);
          const effects = following.tell({ attempt, ...next } as never);
          ends += effects.filter((effect) => effect.startsWith('ended')).length;
          expect(checkFollow(following.state)).toEqual([]);
          expect(ends).toBeLessThanOrEqual(following.state.attempt);
        }
      }),
    );
  });

  it('is found wrong in a state that is not so', () => {
    const state = followMachine.init({ policy: ONE, sources: ['a'], seed: 1 });
    expect(checkFollow(state)).toEqual([]);
    expect(checkFollow({ ...state, phase: 'opening' })).toHaveLength(2);
    expect(checkFollow({ ...state, phase: 'polling', attempt: 1, url: 'a' })).toHaveLength(1);
    expect(checkFollow({ ...state, asks: [{ kind: 'open', url: 'a' }] })).toHaveLength(1);
    expect(checkFollow({ ...state, redirects: 2 })).toHaveLength(1);
  });
});
