import { type PathRules, routeUrl, urlRefusal } from '../../../../cluster/runtime/http/paths';

const rules: PathRules = {
  main: 'slave(1)',
  others: ['files', 'metrics', 'registrar(1)'],
  known: [
    '/',
    '/state',
    '/api/v1',
    '/api/v1/executor',
    '/files/read',
    '/registrar(1)/registry',
    '/quota/*',
    '/help',
  ],
  disabled: new Set(['/files/read', '/slave(1)/help']),
};

describe('a URL', () => {
  it.each([
    ['/state', '/state'],
    ['/slave(1)/state', '/state'],
    ['/slave%281%29/state?jsonp=f', '/state?jsonp=f'],
    ['//state', '/state'],
    ['/state/', '/state'],
    ['/state/deeper/still?x=/y', '/state?x=/y'],
    ['/state.json', '/state.json'],
    ['/', '/'],
    ['/slave(1)', '/'],
    ['/slave(1)/', '/'],
    ['/?a=b', '/?a=b'],
    ['/api/v1/executor', '/api/v1/executor'],
    ['/api/v1/unknown', '/api/v1'],
    ['/registrar(1)/registry', '/registrar(1)/registry'],
    ['/registrar%281%29/registry', '/registrar(1)/registry'],
    ['/slave(1)/files/read', '/files/read'],
    ['/quota/dev/web', '/quota/dev/web'],
    ['/slave(1)/quota/dev', '/quota/dev'],
    ['/nothing/here', '/nothing/here'],
    ['http://10.0.0.1:5051/state?x', '/state?x'],
    ['http://10.0.0.1:5051', '/'],
    ['/%zz/state', '/%zz/state'],
    ['*', '/'],
  ])('%s is %s to the routes', (url, expected) => {
    expect(routeUrl(url, rules)).toBe(expected);
  });

  it.each([
    ['state', 400, "Request URL path must start with '/'"],
    ['*', 400, "Request URL path must start with '/'"],
    ['/../etc', 404, '404 Not Found.'],
    ['/files/..', 404, '404 Not Found.'],
    ['/state?path=/..', undefined, undefined],
    ['/files/read?path=/x', 403, "Endpoint '/files/read' is disabled"],
    ['/help', 403, "Endpoint '/slave(1)/help' is disabled"],
    ['/slave%281%29/help', 403, "Endpoint '/slave(1)/help' is disabled"],
    ['/help/files', undefined, undefined],
    ['/state', undefined, undefined],
  ])('%s is refused with %s: %s', (url, status, text) => {
    const refusal = urlRefusal(url, rules);
    expect([refusal?.status, refusal?.text]).toEqual([status, text]);
  });
});
