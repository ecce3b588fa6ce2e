import { COMMANDS, GROUPS } from '../../cli/command-list';
import { runWith } from './commands/run';

const meseta = (...args: string[]) => runWith({}, args);

describe('help', () => {
  it('has a description for every word that groups commands', () => {
    const names = COMMANDS.map(({ name }) => name);
    const groups = names.flatMap((name) => name.split(' ').slice(0, -1));
    expect([...new Set(groups)].filter((word) => !(word in GROUPS) && !names.includes(word))).toEqual([]);
  });

  it('lists the commands of a group by their names', async () => {
    const { status, out } = await meseta('pod', '--help');
    expect(status).toBe(0);
    expect(out).toMatch(/^ {2}create +Make a pod/m);
    expect(out).not.toContain('[args...]');
  });

  it('is the same for all ways to ask', async () => {
    const { out } = await meseta('app', 'create', '--help');
    expect(out).toContain('Usage: meseta app create [options] <file>');
    for (const args of [
      ['app', 'create', '-h'],
      ['help', 'app', 'create'],
    ])
      expect(await meseta(...args)).toEqual({ status: 0, out, err: '' });
    expect(await meseta('help')).toEqual(await meseta('-h'));
  });

  it('leaves -h to a command that has such a flag', async () => {
    const { status, err } = await meseta('chronos', '-h', 'http://notices', '--bad');
    expect(status).toBe(2);
    expect(err).toContain("unknown option '--bad'");
  });
});

describe('a fault in the words of a command', () => {
  it.each([
    [[], "which command?\nSee 'meseta --help'.\n"],
    [['app'], "which command?\nSee 'meseta app --help'.\n"],
    [['ap', 'list'], "unknown command 'ap'\n(Did you mean one of app, up?)\nSee 'meseta --help'.\n"],
    [['app', 'lst'], "unknown command 'lst'\n(Did you mean list?)\nSee 'meseta app --help'.\n"],
    [['task', 'files', 'x'], "unknown command 'x'\nSee 'meseta task files --help'.\n"],
  ])('names the help of the words before it: %j', async (args, fault) => {
    expect(await meseta(...args)).toEqual({ status: 2, out: '', err: `meseta: ${fault}` });
  });
});
