/**
 * An authenticator for Marathon and Chronos: the sender is who the proxy in front of the daemon says, if the proxy shows that
 * it is the proxy.
 *
 * `configuration` in plugins.json: `key`, which the proxy sends in `X-Proxy-Key`, and `teams`, users by their team.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text) => createHash('sha256').update(String(text)).digest();

/** @type {(context: import('../../frameworks/kit/edge/access/plugin').PluginContext) =>
 *   import('../../frameworks/kit/edge/access/plugin').AuthenticatorPlugin} */
export default function createAuthenticator({ configuration }) {
  const { key, teams } = configuration;
  if (typeof key !== 'string' || key.length < 16) throw new Error('"key" needs 16 characters or more');
  return {
    authenticate({ headers }) {
      const isProxy = timingSafeEqual(digest(headers['x-proxy-key']), digest(key));
      const user = headers['x-user'];
      const team = Object.keys(teams).find((name) => teams[name].includes(user));
      return isProxy && team !== undefined ? { value: user, claims: { team } } : undefined;
    },
    notAuthenticated: () => ({ status: 401, body: { message: 'Come by way of the proxy' } }),
  };
}
