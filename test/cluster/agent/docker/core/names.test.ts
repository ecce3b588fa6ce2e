import { containerIdOf, containerName } from '../../../../../cluster/agent/docker/core/names';

const ID = '0d6c2f4e-9a3b-4c1d-8e5f-112233445566';

test.each<[name: string, id: string | undefined]>([
  [containerName(ID), ID],
  [`/mesos-${ID}`, ID],
  [`mesos-S0.${ID}`, ID],
  [`mesos-S0.${ID}.executor`, ID],
  [`mesos-S0.${ID}.executor.x`, undefined],
  ['mesos-master', undefined],
  [`other-${ID}`, undefined],
  ['', undefined],
])('the container %p has the id %p', (name, id) => {
  expect(containerIdOf(name)).toBe(id);
});
