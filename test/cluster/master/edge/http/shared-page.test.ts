import { sharedPage } from '../../../../../cluster/master/edge/http/shared-page';

function page(tookMs: number) {
  let [time, moment, made, hits] = [0, 0, 0, 0];
  const read = sharedPage(
    () => {
      time += tookMs;
      return Buffer.from(String(++made));
    },
    () => moment,
    { now: () => time, hit: () => (hits += 1) },
  );
  return {
    read: () => read().toString(),
    hits: () => hits,
    event: () => {
      moment += 1;
    },
    pass: (ms: number) => {
      time += ms;
    },
  };
}

test('requests at one moment share one text, and a quick page is new after every event', () => {
  const { read, event, hits } = page(5);
  expect([read(), read()]).toEqual(['1', '1']);
  event();
  expect(read()).toBe('2');
  expect(hits()).toBe(1);
});

test('a slow page is served for twice the time it took, and is then made anew', () => {
  const { read, event, pass } = page(100);
  expect(read()).toBe('1');
  event();
  pass(199);
  expect(read()).toBe('1');
  pass(1);
  expect(read()).toBe('2');
});
