//! Starts Kobako.

fn main() {
    kobako::startup::keep();
    println!("kobako");
}
