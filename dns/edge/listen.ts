/**
 * Binds the DNS sockets: UDP and TCP on one port number, on every address of `--listener`.
 */

import type { Socket as UdpSocket } from 'node:dgram';
import { type AddressInfo, isIPv6, type Server } from 'node:net';
import { errorText } from '../../cluster/model/error-text';
import { listenError } from '../../cluster/runtime/http/listen-error';
import type { Logger } from '../../cluster/runtime/log';
import type { DnsConfig } from '../config';
import type { Sockets } from './dns-server';
import { interfaceAddresses, isWildcard } from './local-system';
import { bindTcp } from './tcp';
import { bindUdp } from './udp';

/** Attempts to find a port that is free for all sockets, when the system chooses it. */
const PORT_TRIES = 20;

/** Binds everything or nothing. Fails with a StartError that names the flag. */
export async function bindSockets(config: DnsConfig, log: Logger): Promise<Sockets & { port: number }> {
  for (let attempt = 1; ; attempt++) {
    const bound: { udp: UdpSocket[]; tcp: Server[] } = { udp: [], tcp: [] };
    let { port } = config;
    let address = '';
    try {
      for (address of config.listeners) port = await bindAt(address, port, bound, log);
      return { ...bound, port };
    } catch (error) {
      closeAll(bound);
      const failure = error as NodeJS.ErrnoException;
      if (config.port === 0 && failure.code === 'EADDRINUSE' && attempt < PORT_TRIES) continue;
      const flags = { addressFlag: '--listener', portFlag: '--port' };
      throw listenError(failure, { what: 'DNS', address, port: config.port, ...flags });
    }
  }
}

async function bindAt(
  address: string,
  wanted: number,
  bound: { udp: UdpSocket[]; tcp: Server[] },
  log: Logger,
): Promise<number> {
  const server = await bindTcp(address, wanted);
  bound.tcp.push(server);
  const { port } = server.address() as AddressInfo;
  const wildcard = isWildcard(address);
  bound.udp.push(await bindUdp({ address, port, beside: wildcard }, log));
  if (!wildcard) return port;
  // A socket for all addresses answers from an address of the system's choice, so each address gets a socket of its own.
  for (const interfaceAddress of interfaceAddresses()) {
    if (
      interfaceAddress.includes('%') ||
      (isIPv6(interfaceAddress) && (address === '0.0.0.0' || interfaceAddress.startsWith('fe80')))
    )
      continue;
    try {
      bound.udp.push(await bindUdp({ address: interfaceAddress, port, beside: true }, log));
    } catch (error) {
      log.debug(
        { address: interfaceAddress, error: errorText(error) },
        'no socket of its own for this address',
      );
    }
  }
  return port;
}

function closeAll({ udp, tcp }: Sockets): void {
  for (const socket of udp) socket.close();
  for (const server of tcp) server.close();
}
