// What the shop sells and who may shop in it.

export interface Product {
  id: string;
  name: string;
  about: string;
  /** In euros. */
  price: number;
  inStock: boolean;
}

export interface Shopper {
  id: string;
  name: string;
}

export const products: readonly Product[] = [
  { id: 'spoon', name: 'Cherry spoon', about: 'Carved, oiled, a little uneven.', price: 14, inStock: true },
  { id: 'board', name: 'Oak board', about: 'For bread. 40 × 22 cm.', price: 48, inStock: true },
  { id: 'stool', name: 'Birch stool', about: 'Three legs, so that it never wobbles.', price: 95, inStock: true },
  { id: 'table', name: 'Walnut table', about: 'Seats four. Sold out until spring.', price: 640, inStock: false },
];

export const shoppers: readonly Shopper[] = [
  { id: 'u1815', name: 'Ada' },
  { id: 'u1906', name: 'Grace' },
  { id: 'u1912', name: 'Alan' },
];
