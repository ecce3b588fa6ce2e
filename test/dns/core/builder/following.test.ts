import type { FollowPhase } from '../../../../cluster/model/follow/follow';
import type { BuilderEvents } from '../../../../dns/core/builder/events';
import { PIDS_AFTER_MS } from '../../../../dns/core/builder/following';
import { Builder } from './builder';

type FollowingKind =
  | 'started'
  | 'masters.changed'
  | 'stream.opened'
  | 'stream.heard'
  | 'stream.begun'
  | 'stream.applied'
  | 'state.read'
  | 'attempt.ended'
  | 'pids.read'
  | 'stopped';

const EVENTS: { readonly [K in FollowingKind]: Partial<BuilderEvents[K]> } = {
  started: {},
  'masters.changed': { masters: ['c'] },
  'stream.opened': { url: 'a' },
  'stream.heard': {},
  'stream.begun': { heartbeatMs: 2000, tasks: 3, agents: 2 },
  'stream.applied': { changed: true, frameworks: true },
  'state.read': { url: 'a', tasks: 3, agents: 2 },
  'attempt.ended': { reason: 'gone' },
  'pids.read': { changed: true },
  stopped: {},
};
const TIMERS = ['retry', 'heartbeat', 'pids', 'detection'] as const;

const PHASES: Readonly<Record<FollowPhase, (builder: Builder) => void>> = {
  idle: () => undefined,
  opening: (builder) => void builder.tell('started'),
  opened: (builder) => builder.open(),
  following: (builder) => builder.serve(),
  polling: (builder) => {
    builder.tell('started');
    builder.refuse();
    builder.refuse();
  },
  waiting: (builder) => {
    builder.tell('started');
    for (let attempt = 0; attempt < 4; attempt++) builder.refuse();
  },
  stopped: (builder) => void builder.tell('stopped'),
};

/** What each event does where it means something: phase and source after it, and effects. Everywhere else nothing. */
const EXPECTED: Readonly<
  Record<FollowingKind | (typeof TIMERS)[number], Partial<Record<FollowPhase, readonly string[]>>>
> = {
  started: { idle: ['opening none', 'open 1 a'] },
  'masters.changed': {
    opening: ['opening none', 'close', 'open 2 c'],
    opened: ['opening none', 'close', 'open 2 c'],
    following: ['opening none', 'close', 'open 2 c', 'publish in 0'],
    polling: ['opening none', 'close', 'open 4 c'],
    waiting: ['opening none', 'open 5 c'],
  },
  'stream.opened': { opening: ['opened none', 'heartbeat in 45000'] },
  'stream.heard': {},
  'stream.begun': {
    opened: [
      'following stream',
      'heartbeat in 6000',
      'info: following the event stream: a',
      'load 1',
      'debug: all facts anew: 3: 2',
      'publish in 0',
    ],
  },
  'stream.applied': { following: ['following stream', 'publish in 0', 'pids in 200'] },
  'state.read': {
    polling: [
      'waiting poll',
      'retry in 1000',
      'info: no event stream: polling the state: a',
      'load 3',
      'debug: all facts anew: 3: 2',
      'status poll 1100 0',
      'status in 500',
      'publish in 0',
    ],
  },
  'attempt.ended': {
    opening: ['opening none', 'close', 'debug: no event stream: a: gone', 'open 2 b'],
    opened: ['opening none', 'close', 'status in 500', 'warn: the event stream broke: a: gone', 'open 2 b'],
    following: ['waiting none', 'close', 'warn: the event stream broke: a: gone', 'retry in 100'],
    polling: ['polling none', 'close', 'status in 500', 'warn: cannot load the state: a: gone', 'poll 4 b'],
  },
  'pids.read': { following: ['following stream', 'publish in 0'] },
  stopped: {
    idle: ['stopped none', 'close'],
    opening: ['stopped none', 'close'],
    opened: ['stopped none', 'close'],
    following: ['stopped stream', 'close'],
    polling: ['stopped none', 'close'],
    waiting: ['stopped none', 'close'],
    stopped: ['stopped none', 'close'],
  },
  retry: { waiting: ['opening none', 'open 5 a'] },
  heartbeat: {
    opened: ['opened none', 'heartbeat in 44900'],
    following: ['following stream', 'heartbeat in 44900'],
  },
  pids: {},
  detection: {},
};

const places = Object.keys(EXPECTED).flatMap((name) =>
  Object.keys(PHASES).map((phase) => [name, phase] as const),
);

describe('following the masters', () => {
  it.each(places)('does on %s, %s, what the table says', (name, phase) => {
    const builder = new Builder();
    PHASES[phase as FollowPhase](builder);
    const { source } = builder.state;
    builder.now += 100;
    const isTimer = (TIMERS as readonly string[]).includes(name);
    const effects = isTimer
      ? builder.wake(name)
      : builder.tell(name as FollowingKind, EVENTS[name as FollowingKind] as never);
    const expected = EXPECTED[name as FollowingKind][phase as FollowPhase];
    expect([`${builder.state.follow.phase} ${builder.state.source}`, ...effects]).toEqual(
      expected ?? [`${phase} ${source}`],
    );
  });

  it('asks every master for a stream, and then every master for its state', () => {
    const builder = new Builder();
    const seen = builder.tell('started');
    for (let attempt = 0; attempt < 3; attempt++) seen.push(...builder.refuse());
    expect(seen.filter((effect) => /^(open|poll)/.test(effect))).toEqual([
      'open 1 a',
      'open 2 b',
      'poll 3 a',
      'poll 4 b',
    ]);
  });

  it('polls soon at first and then at the interval, and asks for streams before each reading', () => {
    const builder = new Builder(['a']);
    builder.tell('started');
    builder.refuse();
    const read = (): string[] => builder.tell('state.read', { url: 'a', tasks: 1, agents: 1 });
    expect(read()[0]).toBe('retry in 1000');
    builder.now += 1000;
    expect([...builder.wake('retry'), builder.state.source]).toEqual(['open 3 a', 'poll']);
    expect(builder.refuse().at(-1)).toBe('poll 4 a');
    expect(read().filter((effect) => effect.startsWith('info'))).toEqual([]);
  });

  it('hangs up after three missed heartbeats, counted from the last bytes', () => {
    const builder = new Builder();
    builder.open();
    builder.begin(2000);
    builder.now += 5000;
    builder.tell('stream.heard');
    builder.now += 1000;
    expect(builder.wake('heartbeat')).toEqual(['heartbeat in 5000']);
    builder.now += 5000;
    expect(builder.wake('heartbeat')).toEqual([
      'close',
      'warn: no heartbeat on the event stream: 6000',
      'status in 500',
      'warn: the event stream broke: a: silent for 3 heartbeats',
      'retry in 100',
    ]);
    expect(builder.state.source).toBe('none');
  });

  it('expects usual heartbeats of each new stream until it tells otherwise', () => {
    const builder = new Builder();
    builder.open();
    builder.begin(2000);
    builder.tell('attempt.ended', { reason: '' });
    builder.wake('retry');
    expect(builder.tell('stream.opened', { url: 'a' })).toEqual(['heartbeat in 45000']);
    expect(builder.tell('stream.begun', { tasks: 0, agents: 0 })[0]).toBe('heartbeat in 45000');
  });

  it('counts a failure each time, and logs it once until a round goes well', () => {
    const builder = new Builder(['a']);
    builder.tell('started');
    const round = (): string[] => {
      builder.refuse();
      const effects = builder.refuse('broken');
      builder.wake('retry');
      return effects.filter((effect) => effect.startsWith('warn'));
    };
    expect([round(), round(), round()]).toEqual([['warn: cannot load the state: a: broken'], [], []]);
    expect(builder.state.reporting.failures).toBe(3);
    builder.refuse();
    builder.tell('state.read', { url: 'a', tasks: 0, agents: 0 });
    builder.wake('retry');
    expect(round()).toEqual(['warn: cannot load the state: a: broken']);
  });

  it('logs the end of a stream again only after one that lived for ten seconds', () => {
    const builder = new Builder(['a']);
    const life = (ms: number): string[] => {
      builder.open();
      builder.wake('retry');
      builder.tell('stream.opened', { url: 'a' });
      builder.begin();
      builder.now += ms;
      return builder.tell('attempt.ended', { reason: '' }).filter((effect) => effect.startsWith('warn'));
    };
    const ended = ['warn: the event stream ended: a'];
    expect([life(9999), life(9999), life(10_000), life(1)]).toEqual([ended, [], [], ended]);
  });

  it('says nothing of a stream that ends in order before it has begun', () => {
    const builder = new Builder();
    builder.open();
    expect(builder.tell('attempt.ended', { reason: '' })).toEqual(['close', 'open 2 b']);
  });

  it('asks for the addresses of drivers once for several events of frameworks', () => {
    const builder = new Builder();
    builder.serve();
    const event = (): string[] => builder.tell('stream.applied', { changed: false, frameworks: true });
    expect([event(), event()]).toEqual([[`pids in ${PIDS_AFTER_MS}`], []]);
    expect(builder.wake('pids')).toEqual(['ask-pids 1 a']);
    expect(event()).toEqual([`pids in ${PIDS_AFTER_MS}`]);
    builder.tell('attempt.ended', { reason: '' });
    expect(builder.wake('pids')).toEqual([]);
  });

  it('begins with the master that served last, and forgets it with another list', () => {
    const builder = new Builder();
    builder.tell('started');
    builder.tell('stream.opened', { url: 'leader' });
    builder.begin();
    expect(builder.tell('attempt.ended', { reason: '' }).at(1)).toBe('status in 500');
    expect(builder.wake('retry')).toEqual(['open 2 leader']);
    expect(builder.tell('masters.changed', { masters: ['c'] })).toEqual(['close', 'open 3 c']);
  });

  it('loses its source when nobody leads in ZooKeeper for too long, and keeps the last list meanwhile', () => {
    const builder = new Builder([], 30_000);
    expect(builder.tell('started')).toEqual(['detection in 30000']);
    builder.now += 30_000;
    const lost = ['lose: no leader in ZooKeeper for 30 seconds (--zk-detection-timeout)'];
    expect([builder.wake('detection'), builder.wake('detection')]).toEqual([lost, []]);
    const other = new Builder([], 30_000);
    other.tell('started');
    expect(other.tell('masters.changed', { masters: ['a'] })).toEqual(['open 1 a']);
    other.now += 30_000;
    expect(other.wake('detection')).toEqual([]);
    expect(other.tell('masters.changed', { masters: [] })).toEqual(['detection in 30000']);
    expect(other.state.follow.sources).toEqual(['a']);
    other.now += 29_999;
    expect(other.wake('detection')).toEqual([]);
    other.tell('masters.changed', { masters: ['a'] });
    other.now += 30_000;
    expect(other.wake('detection')).toEqual([]);
  });

  it('ignores what an earlier attempt still brings', () => {
    const builder = new Builder();
    builder.open();
    builder.refuse();
    for (const kind of ['stream.opened', 'stream.begun', 'state.read', 'attempt.ended'] as const)
      expect(builder.tell(kind, { attempt: 1, url: 'a', reason: 'late' } as never)).toEqual([]);
    expect(builder.state.follow).toMatchObject({ phase: 'opening', attempt: 2, url: 'b' });
  });
});
