import { checkListen, isForeignPage, isLoopback } from '../../../../cluster/runtime/http/guard';
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
  ])('lets %s with %j through: %s', (address, given, passes) => {
    const check = (): void => checkListen({ ...request, address, ...given });
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

describe('the guard against web pages', () => {
  it.each<[string | undefined, string | undefined, boolean]>([
    [undefined, 'anything', false],
    ['', '127.0.0.1:5050', false],
    ['http://127.0.0.1:5050', '127.0.0.1:5050', false],
    ['http://[::1]:5050', '[::1]:5050', false],
    ['http://localhost:5050', 'localhost:5050', false],
    ['http://ui.localhost:5050', 'ui.localhost:5050', false],
    ['http://master.mesos:5050', 'master.mesos:5050', false],
    ['http://myhost:5050', 'myhost:5050', false],
    ['http://127.0.0.1:9999', '127.0.0.1:5050', true],
    ['http://evil.example', '127.0.0.1:5050', true],
    ['http://evil.example:5050', 'evil.example:5050', true],
    ['null', '127.0.0.1:5050', true],
    ['not a url', 'not a url', true],
  ])('sees a page of %s at %s as foreign: %s', (origin, host, expected) => {
    expect(isForeignPage({ origin, host })).toBe(expected);
  });
});
