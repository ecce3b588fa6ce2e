import { refused, unused, unusedSwitches } from '../../../../cluster/runtime/config/classes';
import { parseFlags, text } from '../../../../cluster/runtime/config/flags';

const TABLE = {
  name: text({ help: 'a name' }),
  ...unused('there is no cache', 'cache_size', 'cache_dir'),
  ...unusedSwitches('there is no cache', 'cache'),
  ...refused('plugins are not loaded; leave it out', 'plugin'),
};

const help = (...args: string[]): string =>
  parseFlags(TABLE, { command: 'x', about: '', args, env: {} }).help ?? '';

test('flags with one reason stand together, after the options that work', () => {
  const [options = '', groups = ''] = help('--help').split('\nFlags without effect:\n');
  expect(options).toContain('--name <TEXT>');
  expect(options).not.toContain('--cache');
  expect(groups).toBe(
    [
      '  there is no cache',
      '    --cache_size --cache_dir --cache',
      '',
      'Flags that stop the start:',
      '  plugins are not loaded; leave it out',
      '    --plugin',
      '',
    ].join('\n'),
  );
});

test('help is given beside a flag that is refused', () => {
  expect(help('--plugin=x', '--help')).toBe(help('--help'));
});

test('a table without such flags has no groups', () => {
  const table = { name: text({ help: 'a name' }) };
  const shown = parseFlags(table, { command: 'x', about: '', args: ['--help'], env: {} }).help ?? '';
  expect(shown).not.toContain('Flags ');
});
