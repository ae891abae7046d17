//! The client with parts that nobody here wrote, each as its library's documentation has it.

mod providers;
