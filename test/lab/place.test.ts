import { addressOf, namespaceOf } from './place';

test('hosts are h1 to h40, each with an address and a namespace', () => {
  expect([addressOf('h1'), addressOf('h40')]).toEqual(['10.99.0.11', '10.99.0.50']);
  // The name of a link has 15 characters at most.
  expect(namespaceOf('h40').length).toBeLessThan(16);
});

test.each(['h0', 'h41', 'x1', 'h1;reboot', '../h1', ''])('"%s" is no host', (name) => {
  expect(() => addressOf(name)).toThrow(`"${name}" is no host: they are h1 to h40`);
});
