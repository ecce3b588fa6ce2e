import { silentLogger } from '../../../../../cluster/runtime/log';
import { Terms } from '../../../../../frameworks/kit/edge/leadership/terms';

interface Mandate {
  readonly name: string;
}

const tick = (): Promise<void> => new Promise(setImmediate);

function observedTerms(begun: (name: string) => Promise<void> = async () => undefined) {
  const log: string[] = [];
  const terms = new Terms<Mandate>({
    log: silentLogger,
    begin: async ({ name }, life, isOver) => {
      life.add(() => void log.push(`stopped ${name}`));
      await begun(name);
      if (isOver()) throw new Error('over');
      log.push(`begun ${name}`);
    },
    failed: (error) => log.push(`failed ${(error as Error).message}`),
    ended: (reason) => log.push(`ended: ${reason}`),
  });
  return { terms, log };
}

test('a term serves from its beginning to its end, and the next one begins after it', async () => {
  const { terms, log } = observedTerms();
  await terms.begin({ name: 'a' });
  expect(terms.serves).toBe(true);
  const end = terms.end('another leads');
  expect(terms.serves).toBe(false);
  await Promise.all([end, terms.begin({ name: 'b' })]);
  expect(terms.serves).toBe(true);
  expect(log).toEqual(['begun a', 'stopped a', 'ended: another leads', 'begun b']);
});

test('a term whose lead is lost at its beginning never serves', async () => {
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { terms, log } = observedTerms(() => gate);
  const begun = terms.begin({ name: 'a' });
  await tick();
  const ended = terms.end('the session is over');
  go();
  await Promise.all([begun, ended]);
  expect(terms.serves).toBe(false);
  expect(log).toEqual(['stopped a']);
});

test('a term that cannot begin is told, and another one can', async () => {
  const failures = [new Error('no store')];
  const { terms, log } = observedTerms(async () => {
    const failure = failures.pop();
    if (failure) throw failure;
  });
  await terms.begin({ name: 'a' });
  await terms.begin({ name: 'b' });
  expect(log).toEqual(['stopped a', 'failed no store', 'begun b']);
});

test('no term begins after the stop', async () => {
  const { terms, log } = observedTerms();
  await terms.stop();
  await terms.begin({ name: 'a' });
  expect([terms.serves, log]).toEqual([false, []]);
});
