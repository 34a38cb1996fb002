fn main() {
    println!("kobako");
}
