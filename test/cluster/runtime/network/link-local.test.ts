import { isLinkLocal } from '../../../../cluster/runtime/network/link-local';

describe('isLinkLocal', () => {
  test.each([
    ['169.254.169.254'],
    ['169.254.0.1'],
    ['fe80::1'],
    ['fe80::1%eth0'],
    ['febf::1'],
    ['::ffff:169.254.169.254'],
    ['::ffff:a9fe:a9fe'],
    ['0:0:0:0:0:ffff:a9fe:a9fe'],
    ['::169.254.169.254'],
    ['::ffff:0:169.254.169.254'],
    ['64:ff9b::a9fe:a9fe'],
    ['64:ff9b:1::a9fe:a9fe'],
    ['2002:a9fe:a9fe::1'],
  ])('says yes of %s', (address) => {
    expect(isLinkLocal(address)).toBe(true);
  });

  test.each([
    ['127.0.0.1'],
    ['::1'],
    ['::'],
    ['::ffff:127.0.0.1'],
    ['10.169.254.1'],
    ['169.253.255.255'],
    ['fec0::1'],
    ['2001:db8::a9fe:a9fe'],
    ['fd00:a9fe::1'],
    ['localhost'],
    ['169.254.example'],
    [''],
  ])('says no of %s', (address) => {
    expect(isLinkLocal(address)).toBe(false);
  });
});
