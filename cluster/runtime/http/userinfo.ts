/**
 * Takes the credentials out of URLs such as `http://user:password@host`, and hides them in texts.
 */

export interface SplitUrl {
  /** The URL without its credentials. */
  readonly url: string;
  /** `user:password`, decoded; undefined when the URL has none. */
  readonly credentials: string | undefined;
}

const USERINFO = /^(\s*[a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i;

/** Takes the credentials out of a URL. A text that is not a URL is returned as it is. */
export function splitUserinfo(text: string): SplitUrl {
  const match = USERINFO.exec(text);
  if (!match) return { url: text, credentials: undefined };
  const [prefix, scheme = '', userinfo = ''] = match;
  const colon = userinfo.indexOf(':');
  const user = colon < 0 ? userinfo : userinfo.slice(0, colon);
  const password = colon < 0 ? '' : userinfo.slice(colon + 1);
  return {
    url: scheme + text.slice(prefix.length),
    credentials: `${decoded(user)}:${decoded(password)}`,
  };
}

/** The text with stars for the credentials of each URL in it. */
export function hideUserinfo(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi, '$1***@');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
