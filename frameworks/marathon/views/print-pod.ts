/** The canonical JSON form of a pod: absent members are left out, and so are most empty collections. */

import type { Pod, PodContainer } from '../api/pod';

export function printPod(pod: Pod): Record<string, unknown> {
  const { labels, environment, secrets, volumes, networks, scheduling, ...members } = pod;
  const { placement } = scheduling;
  return {
    ...members,
    containers: pod.containers.map(printContainer),
    ...filled({ labels, environment, secrets, volumes, networks: networks.map(withoutEmptyLabels) }),
    scheduling: { ...scheduling, placement: filled({ ...placement }) },
  };
}

function printContainer(container: PodContainer): object {
  const { endpoints, environment, volumeMounts, artifacts, labels, image, ...members } = container;
  return {
    ...members,
    ...(image && { image: withoutEmptyLabels(image) }),
    ...filled({ endpoints: endpoints.map(printEndpoint), environment, volumeMounts, artifacts, labels }),
  };
}

function printEndpoint({
  protocol,
  labels,
  networkNames,
  ...members
}: PodContainer['endpoints'][number]): object {
  return { ...members, ...filled({ protocol, labels, networkNames }) };
}

function withoutEmptyLabels<Member extends { readonly labels: object }>({
  labels,
  ...members
}: Member): object {
  return { ...members, ...filled({ labels }) };
}

/** The members that are not empty. */
function filled(members: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => Object.keys(value).length > 0));
}
