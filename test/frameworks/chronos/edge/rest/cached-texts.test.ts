import { CachedTexts } from '../../../../../frameworks/chronos/edge/rest/cached-texts';
import { PRINTERS } from '../../jobs';
import { RULES } from '../../schedules';
import { World } from '../../world';

const DAILY = { schedule: 'R/2027-01-01T00:00:00Z/P1D' };

test('a text is printed anew when its job has changed', () => {
  const world = new World();
  const texts = new CachedTexts({ rules: RULES, printers: PRINTERS });
  world.put('a', DAILY);
  expect(texts.inList(world.entry('a'), 'v1')).toContain('"owner":""');
  expect(texts.inList(world.entry('a'), 'legacy')).toContain('"async":false');
  world.put('a', { ...DAILY, owner: 'me' });
  expect(texts.inList(world.entry('a'), 'v1')).toContain('"owner":"me"');
  expect(texts.inList(world.entry('a'), 'v1')).toBe(texts.inList(world.entry('a'), 'v1'));
});

test('a row is printed anew when runs begin and end, and when its job is quarantined', () => {
  const world = new World();
  const texts = new CachedTexts({ rules: RULES, printers: PRINTERS });
  world.put('a', DAILY);
  const entry = world.entry('a');
  const state = (): string | undefined => /"state":"([^"]*)"/.exec(texts.summary(entry, undefined))?.[1];
  expect(state()).toBe('idle');
  world.start('a');
  expect(state()).toBe('queued');
  world.place();
  expect(state()).toBe('1 running');
  world.end('a');
  expect(state()).toBe('idle');
  expect(texts.summary(entry, 'a cycle')).toContain('"quarantined":"a cycle"');
});
