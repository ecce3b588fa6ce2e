/**
 * An authorizer for Marathon: everybody sees everything, and a team changes what is in the group of its name.
 *
 * It decides at once and without input or output: a list asks it for each of its members.
 */

/** @type {(context: import('../../frameworks/kit/edge/access/plugin').PluginContext) =>
 *   import('../../frameworks/kit/edge/access/plugin').AuthorizerPlugin} */
export default function createAuthorizer() {
  return {
    isAuthorized({ claims }, action, { path }) {
      return action === 'view' || `${path}/`.startsWith(`/${claims.team}/`);
    },
    notAuthorized: ({ value, claims }) => ({
      status: 403,
      body: { message: `${value} may change /${claims.team} only` },
    }),
  };
}
