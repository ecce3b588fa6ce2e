import { withoutUsedIds } from '../../../lb/edge/runtime-api';

const SENT = [
  'add server web/a 10.0.0.1:1 id 7 check inter 2s',
  'enable health web/a',
  'set server web/a state ready',
  'add server web/b 10.0.0.2:1 id 8',
  'set server web/b state ready',
];
const TAKEN = "'id' : custom id 7 already used at (null):0 ('server web/c').";

describe('a server whose id somebody has', () => {
  it('comes without it, with all that was said of it, and nobody else comes twice', () => {
    expect(withoutUsedIds(SENT, [TAKEN, 'No such server.', 'No such server.'])).toEqual([
      'add server web/a 10.0.0.1:1 check inter 2s',
      'enable health web/a',
      'set server web/a state ready',
    ]);
  });

  it('does not hide that something else is wrong', () => {
    expect(withoutUsedIds(SENT, [TAKEN, 'Already exists a server with the same name.'])).toBeUndefined();
    expect(withoutUsedIds(SENT, ['No such server.'])).toBeUndefined();
    expect(withoutUsedIds(SENT, [])).toBeUndefined();
  });
});
