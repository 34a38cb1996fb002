SELECT reason FROM failure WHERE path = ?1 AND size = ?2 AND modified_ns = ?3
