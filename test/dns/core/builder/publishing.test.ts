import { CHANGES_APART_MS } from '../../../../dns/core/builder/publishing';
import { PARTS_OUT_MAX, type Publishing } from '../../../../dns/core/builder/state';
import { Builder } from './builder';

type Phase = Publishing['phase'];

/** All masters are idle beside the way out of the zone. */
const PHASES: Readonly<Record<Phase, (builder: Builder) => void>> = {
  empty: () => undefined,
  due: (builder) => {
    builder.open();
    builder.begin();
  },
  sending: (builder) => {
    PHASES.due(builder);
    builder.wake('publish');
    builder.tell('part.sent', { last: true });
  },
  idle: (builder) => {
    PHASES.sending(builder);
    builder.tell('part.taken');
  },
};

const EVENTS: Readonly<Record<string, (builder: Builder) => string[]>> = {
  'a change': (builder) => builder.tell('host.changed', { host: 'h' }),
  'woke publish': (builder) => builder.wake('publish'),
  'part.sent': (builder) => builder.tell('part.sent', { last: false }),
  'part.taken': (builder) => builder.tell('part.taken'),
  'change.empty': (builder) => builder.tell('change.empty'),
};

/** What each event does where it means something; everywhere else nothing happens. */
const EXPECTED: Readonly<Record<string, Partial<Record<Phase, readonly string[]>>>> = {
  'a change': { idle: ['due', 'publish in 10'], sending: ['sending again'] },
  'woke publish': { due: ['sending', 'begin-change 1', 'send-part'] },
  'part.sent': { sending: ['sending', 'send-part'] },
  'part.taken': { sending: ['idle', 'look-up-hosts'] },
  'change.empty': {},
};

const places = Object.keys(EVENTS).flatMap((name) =>
  Object.keys(PHASES).map((phase) => [name, phase] as const),
);

describe('publishing the zone', () => {
  it.each(places)('does on %s, %s, what the table says', (name, phase) => {
    const builder = new Builder();
    PHASES[phase as Phase](builder);
    const { publishing } = builder.state;
    expect(publishing.phase).toBe(phase);
    const effects = EVENTS[name]?.(builder) ?? [];
    const now = publishing.again ? `${publishing.phase} again` : publishing.phase;
    expect([now, ...effects]).toEqual(EXPECTED[name]?.[phase as Phase] ?? [phase]);
  });

  it('ends a change that has nothing to send', () => {
    const builder = new Builder();
    PHASES.due(builder);
    builder.wake('publish');
    expect(builder.tell('change.empty')).toEqual(['look-up-hosts']);
    expect(builder.state.publishing.phase).toBe('idle');
  });

  it('has few parts on their way at one time, and tells when all were taken', () => {
    const builder = new Builder();
    PHASES.due(builder);
    builder.wake('publish');
    const sent = (last = false): string[] => builder.tell('part.sent', { last });
    for (let part = 1; part < PARTS_OUT_MAX; part++) expect(sent()).toEqual(['send-part']);
    expect(sent()).toEqual([]);
    expect(builder.tell('part.taken')).toEqual(['send-part']);
    expect(sent(true)).toEqual([]);
    expect(builder.tell('part.taken')).toEqual([]);
    expect(builder.tell('part.taken')).toEqual([]);
    expect(builder.tell('part.taken')).toEqual(['debug: a new zone: 4', 'settled', 'look-up-hosts']);
  });

  it('sends what has changed meanwhile after the last part, a moment later', () => {
    const builder = new Builder();
    PHASES.sending(builder);
    for (let change = 0; change < 3; change++) builder.tell('host.changed', { host: 'h' });
    expect(builder.tell('part.taken')).toEqual(['look-up-hosts', `publish in ${CHANGES_APART_MS}`]);
    builder.now += 10_000;
    expect(builder.publish()).toEqual(['begin-change 11', 'send-part', 'look-up-hosts']);
    builder.now += 500;
    expect(builder.tell('host.changed', { host: 'h' })).toEqual(['publish in 0']);
  });
});
