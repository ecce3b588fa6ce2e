/**
 * Keys of what HAProxy refused: a whole app, or the listener or the host names of one of its ports.
 */

/** A part of one service that can be left out while the rest of its app stays. */
export type RefusedPart = 'listener' | 'hosts';

/**
 * The key of a part that is left out: a whole app by its id, or a part of the service of its port `index`.
 */
export function refusalKey(app: string, part?: RefusedPart, index?: number): string {
  return part === undefined ? app : `${part} ${index} ${app}`;
}

/** The id of the app that a refusal is about. */
export function appOfRefusal(key: string): string {
  return key.slice(key.indexOf('/'));
}

/** The key of an app that goes without template labels: all of them, or one. */
export function templateLabelKey(app: string, label: string): string {
  return `${label} ${app}`;
}
