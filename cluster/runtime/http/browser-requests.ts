/**
 * Refuses requests that a browser sends for a page which is not ours, or for a link that a person was led to.
 *
 * Programs send neither `Origin` nor `Sec-Fetch-*` and are not concerned (Fetch Metadata Request Headers,
 * W3C; RFC 6454 for the origin).
 */

import type { HostRule } from './hosts';

/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A refusal: `kind` for the log, `text` for the sender. */
export interface BrowserRefusal {
  readonly kind: 'origin' | 'fetch' | 'host' | 'change' | 'script' | 'message';
  readonly text: string;
}

export interface BrowserRequest {
  readonly method: string;
  readonly headers: Headers;
  /** The rule for `Host`; undefined where credentials are checked. */
  readonly hosts: HostRule | undefined;
  /** The path changes something whatever the method. */
  readonly changes: boolean;
  /** The request has a `jsonp` parameter, which may be allowed for pages of any site. */
  readonly jsonp: boolean;
  readonly jsonpAllowed: boolean;
  /** The page is of another origin that may read. */
  readonly isAllowedRead?: boolean;
}

const SHOWN_MAX = 100;

/** The reason why the headers of a browser refuse a request; undefined when it may go on. */
export function browserRefusal(request: BrowserRequest): BrowserRefusal | undefined {
  const { headers, hosts } = request;
  const host = textOf(headers['host']);
  const origin = textOf(headers['origin']);
  const isForeign = origin !== undefined && origin !== '' && !isSameOrigin(origin, host);
  if (isForeign && !request.isAllowedRead) {
    return { kind: 'origin', text: 'Requests of web pages from another origin are refused' };
  }
  if (request.jsonp && !request.jsonpAllowed) {
    const text = "'jsonp' is refused: any web page could read the answer. To allow it, start with --jsonp";
    return { kind: 'script', text };
  }
  return fetchRefusal(request) ?? changeRefusal(request) ?? (hosts && hostRefusal(host, hosts));
}

/**
 * The reason why a libprocess message is refused; undefined when it may be delivered. No browser sends
 * messages. `hosts` is undefined where peers authenticate.
 */
export function messageRefusal(headers: Headers, hosts: HostRule | undefined): BrowserRefusal | undefined {
  const mark = Object.keys(headers).find(isBrowserHeader);
  if (mark !== undefined) {
    const text = `Messages from web pages are refused: the request has the header ${mark}`;
    return { kind: 'message', text };
  }
  return hosts && hostRefusal(textOf(headers['host']), hosts);
}

/** A header, in lower case, that only browsers send. */
export function isBrowserHeader(header: string): boolean {
  return header === 'origin' || header.startsWith('sec-fetch-');
}

function hostRefusal(host: string | undefined, hosts: HostRule): BrowserRefusal | undefined {
  if (hosts(host)) return undefined;
  const shown = JSON.stringify((host ?? '').slice(0, SHOWN_MAX));
  const text =
    `The Host ${shown} is refused: it is not known as a name of this daemon, and no credentials are asked for. ` +
    'Use an address, or add the name to --allowed_hosts';
  return { kind: 'host', text };
}

/**
 * Refuses resources that a page of another site loads. Following a link is a navigation: the page does not
 * see the answer. Sending a form is one, too, and refused.
 */
function fetchRefusal(request: BrowserRequest): BrowserRefusal | undefined {
  const { method, headers, jsonp, jsonpAllowed, isAllowedRead } = request;
  if (isAllowedRead) return undefined;
  const site = textOf(headers['sec-fetch-site']);
  if (site !== 'cross-site' && site !== 'same-site') return undefined;
  if (textOf(headers['sec-fetch-mode']) === 'navigate' && isRead(method)) return undefined;
  if (jsonp && jsonpAllowed) return undefined;
  return {
    kind: 'fetch',
    text: `Requests of web pages from another site are refused (Sec-Fetch-Site: ${site})`,
  };
}

/**
 * Refuses a GET that changes something when a link, an image or a typed address caused it. Programs and our
 * own page may send it.
 */
function changeRefusal({ method, headers, changes }: BrowserRequest): BrowserRefusal | undefined {
  if (!changes || !isRead(method)) return undefined;
  const site = textOf(headers['sec-fetch-site']);
  const isOurPage = site === 'same-origin' && textOf(headers['sec-fetch-mode']) !== 'navigate';
  if (isOurPage || !isFromBrowser(headers)) return undefined;
  return {
    kind: 'change',
    text: 'This changes something, so a browser may not ask for it by GET: send a POST, or use a program such as curl',
  };
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * True for the headers of a browser. Over plain HTTP to another machine browsers send no Sec-Fetch; all of them call
 * themselves Mozilla.
 */
export function isFromBrowser(headers: Headers): boolean {
  const marks = [headers['sec-fetch-site'], headers['origin']];
  return marks.some((mark) => textOf(mark)) || /^mozilla\//i.test(textOf(headers['user-agent']) ?? '');
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value[0];
}
