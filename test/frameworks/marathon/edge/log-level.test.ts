import { VirtualClock } from '../../../../cluster/runtime/clock';
import { silentLogger, type TunableLogger } from '../../../../cluster/runtime/log';
import { LogLevel } from '../../../../frameworks/marathon/edge/log-level';

function levels() {
  const clock = new VirtualClock(0);
  const applied: unknown[] = [];
  const log: TunableLogger = { ...silentLogger, setLevel: (level) => void applied.push(level) };
  return { clock, applied, level: new LogLevel(log, clock, 'info') };
}

test('a level for a time ends with the level before', () => {
  const { clock, applied, level } = levels();
  level.change('debug', 10);
  clock.advance(9999);
  expect(level.level).toBe('debug');
  clock.advance(1);
  expect(level.level).toBe('info');
  expect(applied).toEqual(['debug', 'info']);
});

test('a second level for a time ends with the level that lasts', () => {
  const { clock, applied, level } = levels();
  level.change('warn');
  level.change('debug', 10);
  level.change('error', 20);
  clock.advance(30_000);
  expect(applied).toEqual(['warn', 'debug', 'error', 'warn']);
});

test('a level for good outlasts one for a time', () => {
  const { clock, applied, level } = levels();
  level.change('debug', 10);
  level.change('error');
  clock.advance(30_000);
  expect(applied).toEqual(['debug', 'error']);
});
