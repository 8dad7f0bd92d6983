import type { ViewerRole } from '@tributary/runtime/viewer/viewer';

const CUSTOMER_SCOPES = [
  'orders:read',
  'orders:write',
  'reviews:write',
  'profile:read',
  'profile:write',
  'notifications:read',
];
const MERCHANT_SCOPES = [...CUSTOMER_SCOPES, 'catalog:write', 'stock:write'];

/** What a log-in allows by the role of who logs in. Each role may do what the one before it may. */
export const scopesByRole: Readonly<Record<ViewerRole, readonly string[]>> = {
  CUSTOMER: CUSTOMER_SCOPES,
  MERCHANT: MERCHANT_SCOPES,
  ADMIN: [...MERCHANT_SCOPES, 'users:read', 'audit:read'],
};
