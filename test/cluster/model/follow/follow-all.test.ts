import type { FollowPhase } from '../../../../cluster/model/follow/follow';
import { ALL, ALL_PHASES, Following, NOTHING_IDLE, NOTHING_STOPPED, type Row, table } from './following';

describe('following all sources in a round', () => {
  const expected: Readonly<Record<FollowPhase, Row>> = {
    idle: NOTHING_IDLE,
    opening: {
      started: 'opening',
      'the same sources': 'opening | close | ended opening a replaced 0 | open 2 a',
      'other sources': 'opening | close | ended opening a replaced 0 | open 2 c',
      'no sources': 'waiting | close | ended opening a replaced 0',
      opened: 'opened | heartbeat in 3000',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opening',
      closed: 'opening | close | ended opening a closed 0 | open 2 b',
      polled: 'opening',
      'woke retry': 'opening',
      'woke heartbeat': 'opening',
      stopped: 'stopped | close',
    },
    opened: {
      started: 'opened',
      'the same sources': 'opening | close | ended opened a replaced 0 | open 2 a',
      'other sources': 'opening | close | ended opened a replaced 0 | open 2 c',
      'no sources': 'waiting | close | ended opened a replaced 0',
      opened: 'opened',
      redirected: 'opening | open 2 r',
      begun: 'following | heartbeat in 1500',
      heard: 'opened',
      closed: 'opening | close | ended opened a closed 0 | open 2 b',
      polled: 'opened',
      'woke retry': 'opened',
      'woke heartbeat': 'opened | heartbeat in 2500',
      stopped: 'stopped | close',
    },
    following: {
      started: 'following',
      'the same sources': 'opening | close | ended following a replaced 0 | open 2 a',
      'other sources': 'opening | close | ended following a replaced 0 | open 2 c',
      'no sources': 'waiting | close | ended following a replaced 0',
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
    polling: {
      started: 'polling',
      'the same sources': 'opening | close | ended polling a replaced 0 | open 4 a',
      'other sources': 'opening | close | ended polling a replaced 0 | open 4 c',
      'no sources': 'waiting | close | ended polling a replaced 0',
      opened: 'polling',
      redirected: 'opening | open 4 r',
      begun: 'polling',
      heard: 'polling',
      closed: 'polling | close | ended polling a closed 0 | poll 4 b',
      polled: 'waiting | retry in 60000',
      'woke retry': 'polling',
      'woke heartbeat': 'polling',
      stopped: 'stopped | close',
    },
    waiting: {
      started: 'waiting',
      'the same sources': 'opening | open 5 a',
      'other sources': 'opening | open 5 c',
      'no sources': 'waiting',
      opened: 'waiting',
      redirected: 'waiting',
      begun: 'waiting',
      heard: 'waiting',
      closed: 'waiting',
      polled: 'waiting',
      'woke retry': 'opening | open 5 a',
      'woke heartbeat': 'waiting',
      stopped: 'stopped | close',
    },
    stopped: NOTHING_STOPPED,
  };

  it('does in each phase what the table says', () => {
    expect(table(ALL, ALL_PHASES)).toEqual(expected);
  });

  it('asks every source for a stream, then every source for its state, then pauses', () => {
    const following = new Following(ALL);
    const seen = [...following.begin()];
    for (let attempt = 0; attempt < 4; attempt++) seen.push(...following.close().slice(2));
    expect(seen).toEqual(['open 1 a', 'open 2 b', 'poll 3 a', 'poll 4 b', 'retry in 100']);
  });

  it('asks the source first that served last', () => {
    const following = new Following(ALL);
    following.begin();
    following.close();
    following.stream();
    following.close();
    expect([...following.retry(), ...following.close().slice(2)]).toEqual(['open 3 b', 'open 4 a']);
  });

  it('asks the source first to which it was redirected inside the call', () => {
    const following = new Following(ALL);
    following.begin();
    following.tell({ kind: 'opened', url: 'leader' } as never);
    following.tell({ kind: 'begun', heartbeatMs: 1000 } as never);
    expect(following.close()[1]).toBe('ended following leader closed 1');
    expect(following.retry()).toEqual(['open 2 leader']);
  });

  it('takes a short life for one more failure, and a good one for the end of them', () => {
    const following = new Following(ALL);
    const pauses = [9999, 9999, 10_000, 9999].map((lifeMs) => {
      following.begin();
      following.retry();
      following.stream();
      following.now += lifeMs;
      return following.close().at(-1);
    });
    expect(pauses).toEqual(['retry in 100', 'retry in 200', 'retry in 100', 'retry in 200']);
  });

  it('reads the state at shorter intervals at first, where it may, and again with other sources', () => {
    const following = new Following({ ...ALL, pollFirstMs: 20_000 }, ['a']);
    const read = (): string[] => {
      following.close();
      return following.tell({ kind: 'polled', url: following.state.url } as never);
    };
    following.begin();
    const pauses = [1, 2, 3, 4].map(() => {
      const pause = read();
      following.retry();
      return pause;
    });
    expect(pauses.flat()).toEqual(['retry in 20000', 'retry in 40000', 'retry in 60000', 'retry in 60000']);
    following.tell({ kind: 'sources.changed', sources: ['c'] } as never);
    expect(read()).toEqual(['retry in 20000']);
    following.retry();
    following.stream();
    following.close();
    following.retry();
    expect(read()).toEqual(['retry in 20000']);
  });

  it('forgets failures when a state was read, and when there are other sources', () => {
    const following = new Following(ALL, ['a']);
    const fail = (): string[] => [...following.close(), ...following.close()].slice(-1);
    following.begin();
    fail();
    following.retry();
    following.close();
    expect(following.tell({ kind: 'polled', url: 'a' } as never)).toEqual(['retry in 60000']);
    following.retry();
    expect(fail()).toEqual(['retry in 100']);
    following.retry();
    following.tell({ kind: 'sources.changed', sources: ['c'] } as never);
    expect(fail()).toEqual(['retry in 100']);
  });
});
