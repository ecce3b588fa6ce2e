import { readLabelSelector } from '../../../../frameworks/marathon/api/label-selector';

const LABELS = { env: 'prod', tier: 'web', 'a.b/c': 'x y', empty: '' };

describe('label selectors', () => {
  it.each([
    ['env', true],
    ['none', false],
    ['env==prod', true],
    ['env == test', false],
    ['env!=test', true],
    ['env!=prod', false],
    ['none!=prod', false],
    ['env in (prod, test)', true],
    ['env in(test)', false],
    ['env notin (test)', true],
    ['none notin (test)', false],
    ['env==prod, tier in (web), tier', true],
    ['env==prod,tier==db', false],
    ['a.b\\/c==x\\ y', true],
  ])('%s is %s', (text, expected) => {
    const selector = readLabelSelector(text);
    expect(typeof selector === 'function' && selector(LABELS)).toBe(expected);
  });

  it.each(['', '==', 'env==', 'env in', 'env in (', 'env prod', 'env,', 'in ()'])('refuses %j', (text) => {
    expect(readLabelSelector(text)).toMatchObject({
      error: expect.stringMatching(/^Can not parse label selector/),
    });
  });
});
