import { hashOf } from '../../../../../cluster/runtime/recording/canonical';
import { MasterScript } from '../../interpreter';

const LINES = [
  'start',
  'agent a',
  'framework web roles=a/b,a caps=MULTI_ROLE',
  'framework batch',
  'advance 1',
];

/** The hash of a master's state after the same events. */
function play(lines: readonly string[]): string {
  const script = new MasterScript();
  for (const line of lines) script.interpret(line.split(' '), line);
  return hashOf(script.state);
}

describe('the hash of a master’s state', () => {
  it('is the same after the same events, so that a replay can be compared', () => {
    expect(play(LINES)).toBe(play(LINES));
  });

  it('differs after other events', () => {
    expect(play(LINES)).not.toBe(play([...LINES, 'suppress web']));
  });
});
