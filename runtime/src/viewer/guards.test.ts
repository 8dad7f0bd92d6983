import { describe, expect, it } from '@jest/globals';
import { isOwnerOrAdmin, requireOwnerOrAdmin, requireRole, requireViewer } from './guards.ts';

const customer = { userId: 'usr_c', role: 'CUSTOMER', sessionId: 'ses_c', scopes: [] } as const;
const merchant = { userId: 'usr_m', role: 'MERCHANT', sessionId: 'ses_m', scopes: [] } as const;
const admin = { userId: 'usr_a', role: 'ADMIN', sessionId: 'ses_a', scopes: [] } as const;
const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const forbidden = expect.objectContaining({ code: 'FORBIDDEN' });

describe('guards', () => {
  it('refuse an anonymous caller as unauthenticated, before anything else', () => {
    expect(() => requireViewer(null)).toThrow(unauthenticated);
    expect(() => requireRole(null, 'ADMIN')).toThrow(unauthenticated);
    expect(() => requireOwnerOrAdmin(null, 'usr_c', 'It is private')).toThrow(unauthenticated);
    expect(isOwnerOrAdmin(null, 'usr_c')).toBe(false);
  });

  it('let the role through, and an administrator in every role', () => {
    expect(requireRole(merchant, 'MERCHANT')).toBe(merchant);
    expect(requireRole(admin, 'MERCHANT')).toBe(admin);
    expect(() => requireRole(customer, 'MERCHANT')).toThrow(forbidden);
    expect(() => requireRole(merchant, 'ADMIN')).toThrow(forbidden);
  });

  it('keep private data from everybody but its owner and administrators, and say so', () => {
    expect(requireOwnerOrAdmin(customer, 'usr_c', 'It is private')).toBe(customer);
    expect(requireOwnerOrAdmin(admin, 'usr_c', 'It is private')).toBe(admin);
    expect(() => requireOwnerOrAdmin(merchant, 'usr_c', 'It is private')).toThrow(forbidden);
    expect(() => requireOwnerOrAdmin(merchant, 'usr_c', 'It is private')).toThrow('It is private');
  });

  it('let only administrators through where the owner is not known', () => {
    expect(requireOwnerOrAdmin(admin, null, 'It is private')).toBe(admin);
    expect(() => requireOwnerOrAdmin(customer, null, 'It is private')).toThrow(forbidden);
  });

  it('tell whether the viewer is the owner or an administrator', () => {
    expect([customer, merchant, admin].map((viewer) => isOwnerOrAdmin(viewer, 'usr_c'))).toEqual([true, false, true]);
  });
});
