import { MasterScript } from '../../interpreter';

const registered = (): MasterScript => {
  const script = new MasterScript();
  script.play('start', 'agent a');
  return script;
};

test.each([
  { silent: 89, registered: true },
  { silent: 90, registered: false },
])(
  'an agent that is silent for $silent seconds is still there: $registered',
  ({ silent, registered: isThere }) => {
    const script = registered();
    script.play('dead a', `advance ${silent}`);
    expect(script.state.agents.has('M-S0')).toBe(isThere);
  },
);

test('an answer in time starts the count anew', () => {
  const script = registered();
  script.play('dead a', 'advance 70', 'pong a', 'advance 70');
  expect(script.state.agents.has('M-S0')).toBe(true);
  expect(script.state.agents.get('M-S0')?.pingsUnanswered).toBeGreaterThan(0);
});

test('an answer of nobody counts for nobody', () => {
  const script = registered();
  script.play('dead a', 'advance 30', 'pong b');
  expect(script.state.agents.get('M-S0')?.pingsUnanswered).toBeGreaterThan(1);
});

test('a disconnected agent is asked, too, and told that it is', () => {
  const script = registered();
  script.play('mute a', 'exited a');
  expect(script.play('advance 15')).toEqual(['send slave(1)@a:5051: PingSlave connected=false']);
});
