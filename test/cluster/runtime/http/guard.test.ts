import { checkListen, isLoopback } from '../../../../cluster/runtime/http/guard';
import { StartError } from '../../../../cluster/runtime/lifecycle';

describe('the guard of addresses', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.com', false],
    ['localhost.example.com', false],
  ])('sees whether %s is this machine only: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });

  const request = { what: 'the master', addressFlag: '--ip', authenticated: false, insecure: false };
  it.each([
    ['127.0.0.1', {}, true],
    ['0.0.0.0', {}, false],
    ['0.0.0.0', { authenticated: true }, true],
    ['0.0.0.0', { insecure: true }, true],
    ['10.0.0.1', { authenticated: false }, false],
  ])('lets %s with %j through: %s', (address, options, passes) => {
    const check = (): void => checkListen({ ...request, address, ...options });
    if (passes) expect(check).not.toThrow();
    else expect(check).toThrow(StartError);
  });

  it('names every way on', () => {
    const open = { ...request, address: '0.0.0.0' };
    expect(() => checkListen(open)).toThrow(
      'the master will not listen on 0.0.0.0 without authentication: others on the network could control it. ' +
        'To go on, keep to this machine with --ip 127.0.0.1, or accept the risk with --insecure.',
    );
    expect(() => checkListen({ ...open, authenticationFlag: '--http_credentials' })).toThrow(
      'set --http_credentials, or keep to this machine',
    );
  });
});
