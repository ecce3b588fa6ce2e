import { MasterScript } from '../../interpreter';

const BASE = ['start', 'agent a', 'framework web', 'framework db checkpoint=no', 'advance 1'];

test('a disconnected agent gets no offers, and its offers are taken back', () => {
  const script = new MasterScript();
  script.play(...BASE);
  expect(script.play('exited a').filter((line) => line.includes('RESCIND'))).toHaveLength(1);
  expect(script.play('advance 5').filter((line) => line.includes('OFFERS'))).toEqual([]);
  expect(script.play('exited a')).toEqual([]);
});

test.each([
  ['yes', []],
  ['no', ['event web: UPDATE t1 TASK_LOST REASON_AGENT_DISCONNECTED no uuid Agent a disconnected']],
])('tasks of a framework with checkpoints "%s" are lost: %j', (checkpoint, lost) => {
  const script = new MasterScript();
  script.play(
    'start',
    'agent a',
    `framework web checkpoint=${checkpoint}`,
    'advance 1',
    'accept web O0 t1 refuse=1000',
  );
  expect(script.play('exited a')).toEqual(lost);
});

test.each([
  { seconds: 599, place: 'registered' },
  { seconds: 601, place: 'unreachable' },
])('an agent that is away for $seconds s is $place', ({ seconds, place }) => {
  const script = new MasterScript();
  script.play('settings maxAgentPingTimeouts=1000', 'start', 'agent a', 'exited a', `advance ${seconds}`);
  const { agents, registry } = script.state;
  expect([agents.has('M-S0'), registry.unreachable.has('M-S0')]).toEqual(
    place === 'registered' ? [true, false] : [false, true],
  );
});

test.each([
  { limit: 1, resigned: false },
  { limit: 0.6, resigned: false },
  { limit: 0.4, resigned: true },
  { limit: 0, resigned: true },
])(
  'with the limit $limit a master of whose two agents one stays away resigns: $resigned',
  ({ limit, resigned }) => {
    const script = new MasterScript();
    script.play(
      `settings recoveryAgentRemovalLimit=${limit}`,
      'start',
      'agent a',
      'agent b',
      'restart',
      'reagent a M-S0',
    );
    const out = script.play('advance 601');
    expect(out.some((line) => line.startsWith('resign'))).toBe(resigned);
    expect(script.state.registry.unreachable.has('M-S1')).toBe(!resigned);
  },
);
