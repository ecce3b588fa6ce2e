/** Labels and secrets of the Mesos wire. */

import type * as mesos from '../../../../cluster/api/generated/mesos';

/** Mesos' list of labels; nothing when there are none. */
export function labelsOf(labels: Readonly<Record<string, string>>): { labels?: mesos.Labels } {
  return labelList(Object.entries(labels).map(([key, value]) => ({ key, value })));
}

/** Labels that are a list already; nothing when there are none. */
export function labelList(labels: readonly mesos.Label[]): { labels?: mesos.Labels } {
  return labels.length > 0 ? { labels: { labels: [...labels] } } : {};
}

/** A secret by its name in the secret store; the agent resolves it. */
export function secretReference(name: string): mesos.Secret {
  return { type: 'REFERENCE', reference: { name } };
}
