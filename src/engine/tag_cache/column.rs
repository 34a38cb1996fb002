//! Arrays that grow by a sixteenth: doubling would leave up to half of a
//! long-lived column unused.

/// Elements that a column grows by at least.
const MIN_GROWTH: usize = 1024;

/// Makes room for `num` more; amortised like doubling, with less to spare.
pub(super) fn reserve<T>(column: &mut Vec<T>, num: usize) {
    if column.capacity() - column.len() < num {
        let growth = (column.len() / 16).max(MIN_GROWTH).max(num);
        column.reserve_exact(growth);
    }
}

/// Sets an element; those before it that are not there yet are the default.
pub(super) fn set<T: Copy + Default>(column: &mut Vec<T>, at: usize, value: T) {
    if at >= column.len() {
        reserve(column, at + 1 - column.len());
        column.resize(at + 1, T::default());
    }
    if let Some(slot) = column.get_mut(at) {
        *slot = value;
    }
}
