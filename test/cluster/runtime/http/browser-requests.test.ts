import {
  type BrowserRequest,
  browserRefusal,
  type Headers,
  isFromBrowser,
  messageRefusal,
} from '../../../../cluster/runtime/http/browser-requests';
import { hostRule } from '../../../../cluster/runtime/http/hosts';

const hosts = hostRule({});
const HOST = '127.0.0.1:5050';
const MOZILLA = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0';

function judge(headers: Headers, more: Partial<BrowserRequest> = {}): string | undefined {
  const request = { method: 'GET', hosts, changes: false, jsonp: false, jsonpAllowed: false, ...more };
  return browserRefusal({ ...request, headers: { host: HOST, ...headers } })?.kind;
}

describe('a request without credentials', () => {
  const site = (name: string, mode: string): Headers => ({ 'sec-fetch-site': name, 'sec-fetch-mode': mode });
  it.each<[string, Headers, string | undefined]>([
    ['of a program', {}, undefined],
    ['of a program with an empty Origin', { origin: '' }, undefined],
    ['of our own page', { origin: `http://${HOST}`, ...site('same-origin', 'cors') }, undefined],
    ['of our own page, spelled otherwise', { origin: 'http://[::1]:5050', host: '[::1]:5050' }, undefined],
    ['of a typed address', site('none', 'navigate'), undefined],
    ['of a followed link', site('cross-site', 'navigate'), undefined],
    ['of a page on another port', { origin: 'http://127.0.0.1:9999' }, 'origin'],
    ['of a page elsewhere', { origin: 'http://evil.example' }, 'origin'],
    ['of a page in a sandbox', { origin: 'null' }, 'origin'],
    ['of an origin that is not a URL', { origin: 'nonsense', host: 'nonsense' }, 'origin'],
    ['of a page, without Host', { origin: `http://${HOST}`, host: undefined }, 'origin'],
    ['of a script tag elsewhere', site('cross-site', 'no-cors'), 'fetch'],
    ['of a script tag on another port', site('same-site', 'no-cors'), 'fetch'],
    ['of a page with a rebound name', { host: 'evil.example:5050' }, 'host'],
    [
      'of a page with a rebound name that says so',
      { host: 'evil.example', origin: 'http://evil.example' },
      'host',
    ],
  ])('%s', (_name, headers, expected) => {
    expect(judge(headers)).toBe(expected);
  });

  it('that sends a form of another site is refused, although it is a navigation', () => {
    const form = site('cross-site', 'navigate');
    expect(judge(form, { method: 'POST' })).toBe('fetch');
    expect(judge(form, { method: 'HEAD' })).toBeUndefined();
    expect(judge(site('same-origin', 'navigate'), { method: 'POST' })).toBeUndefined();
  });

  it.each<[string, Headers, boolean]>([
    ['curl', { 'user-agent': 'curl/8.5.0', accept: '*/*' }, false],
    ['a program with an empty Origin', { origin: '' }, false],
    ['a browser over plain HTTP', { 'user-agent': MOZILLA }, true],
    ['a page', { origin: 'null' }, true],
    ['a form of our own page', { 'sec-fetch-site': 'same-origin' }, true],
  ])('is told to be of a browser or not: %s', (_name, headers, expected) => {
    expect(isFromBrowser(headers)).toBe(expected);
  });

  it('names the flag that takes another Host', () => {
    const request = { method: 'GET', headers: { host: 'm1.corp.example' }, hosts };
    const rest = { changes: false, jsonp: false, jsonpAllowed: false };
    expect(browserRefusal({ ...request, ...rest })?.text).toBe(
      'The Host "m1.corp.example" is refused: it is not known as a name of this daemon, and no credentials are asked for. ' +
        'Use an address, or add the name to --allowed_hosts',
    );
  });

  it('with JSONP is refused until it is allowed, and is then let through from any page', () => {
    expect(judge({}, { jsonp: true })).toBe('script');
    expect(judge({}, { jsonp: true, jsonpAllowed: true })).toBeUndefined();
    const script = site('cross-site', 'no-cors');
    expect(judge(script, { jsonp: true, jsonpAllowed: true })).toBeUndefined();
    expect(judge(script, { jsonp: false, jsonpAllowed: true })).toBe('fetch');
    expect(judge({ ...script, host: 'evil.example' }, { jsonp: true, jsonpAllowed: true })).toBe('host');
  });
});

describe('a request with credentials', () => {
  it('may name any Host, but no page elsewhere may send it', () => {
    expect(judge({ host: 'lb.corp.example' }, { hosts: undefined })).toBeUndefined();
    expect(judge({ host: 'a.example', origin: 'http://a.example' }, { hosts: undefined })).toBeUndefined();
    expect(judge({ origin: 'http://evil.example' }, { hosts: undefined })).toBe('origin');
    expect(judge({ 'sec-fetch-site': 'cross-site' }, { hosts: undefined })).toBe('fetch');
  });
});

describe('a GET that changes something', () => {
  const sent = (site: string, mode: string): Headers => ({
    'user-agent': MOZILLA,
    'sec-fetch-site': site,
    'sec-fetch-mode': mode,
  });
  it.each<[string, Headers, string | undefined]>([
    ['by curl', { 'user-agent': 'curl/7.88.1' }, undefined],
    ['without a name', {}, undefined],
    ['by our own page', sent('same-origin', 'cors'), undefined],
    ['by a link of our own page', sent('same-origin', 'navigate'), 'change'],
    ['by a link elsewhere', sent('cross-site', 'navigate'), 'change'],
    ['by a link in a mail, or typed', sent('none', 'navigate'), 'change'],
    ['by an image elsewhere', sent('cross-site', 'no-cors'), 'fetch'],
    ['by a browser that says nothing of pages', { 'user-agent': MOZILLA }, 'change'],
  ])('%s', (_name, headers, expected) => {
    expect(judge(headers, { changes: true })).toBe(expected);
    expect(judge(headers, { changes: true, method: 'HEAD' })).toBe(expected);
  });

  it('is a POST instead: pages that send one carry their origin', () => {
    expect(judge({ 'user-agent': MOZILLA }, { changes: true, method: 'POST' })).toBeUndefined();
  });
});

describe('a message', () => {
  it.each<[string, Headers, string | undefined]>([
    ['of a driver', { host: HOST, 'libprocess-from': 'scheduler(1)@10.0.0.1:1234' }, undefined],
    ['without Host', {}, undefined],
    ['with an empty Host', { host: '' }, undefined],
    ['to the name of the leader', { host: 'leader.mesos:5050' }, undefined],
    ['to a foreign name', { host: 'evil.example:5050' }, 'host'],
    ['of a page elsewhere', { host: HOST, origin: 'http://evil.example' }, 'message'],
    ['of a page of our own', { host: HOST, origin: `http://${HOST}` }, 'message'],
    ['of a form', { host: HOST, 'sec-fetch-mode': 'navigate' }, 'message'],
  ])('%s', (_name, headers, expected) => {
    expect(messageRefusal(headers, hosts)?.kind).toBe(expected);
  });

  it('may name any Host where its senders show who they are, but comes from no page', () => {
    expect(messageRefusal({ host: 'm1.corp.example' }, undefined)).toBeUndefined();
    expect(messageRefusal({ host: HOST, origin: '' }, undefined)?.text).toBe(
      'Messages from web pages are refused: the request has the header origin',
    );
  });
});
