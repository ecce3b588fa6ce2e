/**
 * The flags of the isolator `network/cni`, with Mesos' names and defaults (Mesos 1.11 src/slave/flags.cpp).
 */

import { document, type Flag, text, toggle } from '../../../runtime/config/flags';
import { type ContainerDns, NO_DNS, readContainerDns } from './container-dns';

const dns = document({
  help: 'network/cni: resolvers where plugins give none: {"mesos": [{"network_mode": "CNI", "dns": {"nameservers": []}}]}',
});

const containerDns: Flag<ContainerDns> = {
  ...dns,
  fallback: NO_DNS,
  fallbackText: '',
  read: (value) => readContainerDns(dns.read(value, undefined) ?? ''),
  print: (value) => value.text,
};

export const cniFlags = {
  network_cni_config_dir: text({
    help: 'network/cni: folder of the configurations of networks, .conf and .conflist; turns the isolator on',
    value: 'PATH',
  }),
  network_cni_plugins_dir: text({
    help: 'network/cni: folders of CNI plugins, separated by colons; turns the isolator on',
    value: 'PATHS',
  }),
  network_cni_root_dir_persist: toggle({
    help: 'network/cni: what is attached is kept in --work_dir, so that it is detached after a reboot, too',
    fallback: false,
  }),
  network_cni_metrics: toggle({
    help: 'network/cni: /monitor/statistics has the traffic of containers',
    fallback: true,
  }),
  default_container_dns: containerDns,
} as const;
