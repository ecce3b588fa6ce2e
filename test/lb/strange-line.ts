/**
 * A fast model of what HAProxy would make of a configuration of ours: every line has to be one that a template makes, in
 * its own section. Whatever else there is came out of a label, and must not be there.
 */

import { readSections } from '../../lb/core/render/sections';

const WORD = '[^\\s"\'#\\\\]+';
const PATTERN = '(?![-!{}])([^\\s"\'#\\\\]|\\\\[^\\snrtx"\'#])+';
const PATH_TEST = `path_beg( -i)?( -m [a-z]+)?( ${PATTERN})+`;
const REGEX = '\\^[^\\s"\'#]*\\$';

const KNOWN: Readonly<Record<string, RegExp>> = {
  userlist: new RegExp(`^ {2}user ${WORD} password ${WORD}$`),
  frontend: new RegExp(
    [
      `bind ${WORD}( ssl( crt ${WORD})+)?( [a-z0-9-]+( ${WORD})?)*`,
      'mode (http|tcp)',
      `acl (host|app|auth|path)_${WORD} (hdr\\((host|x-marathon-app-id)\\) -i( ${WORD})+|http_auth\\(user_${WORD}\\)|${PATH_TEST})`,
      `(redirect scheme https code 301|http-request redirect code 301 location ${WORD}) if !\\{ ssl_fc \\} host_${WORD}( path_${WORD})?`,
      `http-request auth realm "[^"\\\\]*" if (host_${WORD}|\\{ ssl_fc_sni ${WORD} \\})( path_${WORD})? !auth_${WORD}`,
      `use_backend ${WORD}( if (\\{ (ssl_fc_sni|req_ssl_sni -i) ${WORD} \\}|(host|app)_${WORD})( path_${WORD})?)?`,
      'use_backend %\\[[^\\s"\']+\\]( if \\{ [^\\s"\']+ -m found \\})?',
      'tcp-request (inspect-delay 5s|content accept if \\{ req_ssl_hello_type 1 \\})',
    ]
      .reduce((all, pattern) => `${all}|${pattern}`, 'x'.repeat(40))
      .replace(/^/, '^ {2}(')
      .replace(/$/, ')$'),
  ),
  backend: new RegExp(
    [
      'balance [\\w ().,-]+',
      'mode (http|tcp)',
      'option {1,2}(forwardfor|httpchk GET /[^\\s"\'#\\\\]*)',
      'timeout check \\d+s',
      'cookie mesosphere_server_id insert indirect nocache',
      `acl network_allowed src [0-9a-fA-F.:/]+`,
      'acl is_root path -i /',
      `acl is_domain hdr\\(host\\) -i( ${WORD})+`,
      'acl hdr_location res\\.hdr\\(Location\\) -m found',
      `redirect code 301 location ${WORD} if is_domain is_root`,
      `http-request (set-header (X-Forwarded-Port %\\[dst_port\\]|Host ${WORD})|add-header X-Forwarded-Proto https if \\{ ssl_fc \\}|allow if network_allowed|deny|replace-path ${REGEX} /\\\\1)`,
      `http-response (add-header Strict-Transport-Security max-age=15768000|replace-header Location ${REGEX} (${WORD})?\\\\3 if hdr_location)`,
      'tcp-request content (accept if network_allowed|reject)',
      `server loopback-for-tls abns@${WORD} send-proxy-v2`,
      `server [\\w-]+ [0-9a-f.:[\\]]+ id \\d+( check cookie [0-9a-f]{10})?( check inter \\d+s fall \\d+( port \\d+)?( check-ssl verify none)?)?( weight \\d+)?( disabled)?`,
    ]
      .reduce((all, pattern) => `${all}|${pattern}`, 'x'.repeat(40))
      .replace(/^/, '^ {2}(')
      .replace(/$/, ')$'),
  ),
};

/** The first line or section that is not ours; `names` are the only apps there are. */
export function strangeLine(config: string, names: readonly string[]): string | undefined {
  const allowed = new RegExp(
    `^(user_)?(${names.join('|')})_\\d+$|^marathon_(http|https|http_appid)_in$|^[a-z0-9_-]+$`,
  );
  for (const { title, text } of readSections(config)) {
    const [kind = '', name = '', more] = title.split(' ');
    if (['global', 'defaults'].includes(title) || title === 'listen stats' || name === 'meseta_admin')
      continue;
    const form = KNOWN[kind];
    if (!form || more !== undefined || !allowed.test(name)) return title;
    const strange = text
      .split('\n')
      .slice(1)
      .find((line) => line !== '' && !form.test(line));
    if (strange !== undefined) return strange;
  }
  return undefined;
}
