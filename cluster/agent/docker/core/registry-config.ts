/**
 * The configuration with which an image is pulled from a registry that asks who we are: `config.json` of Docker, or
 * `.dockercfg` as of old, which is the same without `auths` around it. Pure.
 *
 * Always true: nothing of a configuration counts but credentials; it names no program to run.
 */

type Json = Readonly<Record<string, unknown>>;

/** The name of Docker's own registry in configurations of the agent, and in those of Docker. */
const HUB = ['docker.io', 'https://index.docker.io/v1/'] as const;

/** The configuration for the program `docker`. Throws an Error with what is wrong, which has no part of a secret. */
export function registryConfig(text: string): { readonly auths: Json } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  if (!isObject(value)) throw new Error('it is not a JSON object');
  const auths = 'auths' in value ? value['auths'] : value;
  if (!isObject(auths)) throw new Error("'auths' is not an object");
  const [short, long] = HUB;
  return { auths: short in auths ? { [long]: auths[short], ...auths } : auths };
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The name with its tag: without one the latest is meant, and not all of them. */
export function taggedImage(image: string): string {
  return image.split('/').at(-1)?.includes(':') ? image : `${image}:latest`;
}
