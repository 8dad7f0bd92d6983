import type { ReservationRepository } from './reservation-repository.ts';
import type { StockRepository } from './stock-repository.ts';

export interface InventoryRepositories {
  readonly stock: StockRepository;
  readonly reservations: ReservationRepository;
}
